import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AssertionError, expect } from 'chai';
import fc from 'fast-check';
import { PROOF } from '#chassis/testing/property.ts';
import { checkoutRoot } from '../../../tools/platform/paths.ts';
import type { Core } from '../testing-core.ts';
import { live } from '../testing-lives.ts';
import { RULES } from '../testing-rules.ts';
import { lives, type Step } from '../testing-steps.ts';
import { runTable } from '../testing-table-runs.ts';
import { TABLES } from '../testing-tables.ts';

/** A fault of the core: `find` stands once in `file`, and is replaced. */
interface Fault {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  readonly why: string;
}

const FAULTS: readonly Fault[] = [
  ...faultsOf('core.ts', [
    ['books the wrong way round', 'account.balance += amount;', 'account.balance -= amount;'],
    ['skips a version', 'account.version += 1n;', 'account.version += 2n;'],
    [
      'leaves a refused journal half booked',
      'undo(entries);\n      return { refusal: wrong',
      'return { refusal: wrong',
    ],
    ['leaves the version of a refused journal', 'account.version -= 1n;', ''],
    ['leaves what was freed by a refused capture', 'hold(account, amount, frees);', ''],
    ['keeps the first journals of a refused group', 'for (const { entries } of results.reverse()) undo(entries);', ''],
    ['refuses only the journal at fault', 'at === index ? posted', 'at <= index ? posted'],
    ['books the end of the day on the next day', 'endOfDay ? days.closing[0] : days.open', 'days.open'],
    ['takes no history of today', 'bookingDate <= days.open', 'bookingDate < days.open'],
    ['takes history of tomorrow', 'bookingDate !== undefined && bookingDate <= days.open', 'bookingDate !== undefined'],
    ['takes history of the bank’s own accounts', 'customers.length > 0 && ', ''],
    ['takes history when one account is migrating', 'customers.every(', 'customers.some('],
    ['takes money on a migrating account', 'touched.some(', 'touched.every('],
    ['books any currency', 'if (account.currency !== currency)', 'if (false)'],
    ['books on closed accounts', "if (account.state === 'closed')", 'if (false)'],
    ['leads one stripe to a target', 'if (account.stripe !== undefined && ', 'if (false && '],
    ['books balancing legs of nothing', 'if (amount === 0n)', 'if (false)'],
    [
      'freezes the other side',
      'account.decreaseFrozen : account.increaseFrozen',
      'account.increaseFrozen : account.decreaseFrozen',
    ],
    ['loses the lowest balances', ' || after < -MINOR_MAX', ''],
    ['loses the highest balances', 'after > MINOR_MAX || ', ''],
    ['forces nothing', "isForced(kind) || account.state === 'migrating'", "account.state === 'migrating'"],
    ['keeps a cent above the floor', 'normal - held < account.floor', 'normal - held <= account.floor'],
    ['keeps a cent below the ceiling', 'normal > account.ceiling', 'normal >= account.ceiling'],
    ['holds the floor against money that comes', 'change < 0n && account.floor !== null', 'account.floor !== null'],
    ['holds limits on the debit side alone', 'sideOf(account) * after;', 'after;'],
    ['spends what is held', 'account.held - frees : 0n', '0n : 0n'],
    ['does not count what a capture frees', 'account.held - frees : 0n', 'account.held : 0n'],
    ['wants other funds for a whole capture', '-change > frees', '-change >= frees'],
    ['goes on holding what is captured', 'hold(account, amount, -frees);', ''],
    ['finds out the amount of each balancing leg', 'balancing.get(currency) ?? amountOfPair', 'amountOfPair'],
    ['forgets the value date', 'journal.valueDate ?? bookingDate', 'bookingDate'],
    ['forgets which leg is undone', 'reversedLeg: draft.reversedLeg', 'reversedLeg: null'],
    ['balances with money left over', 'every((sum) => sum === 0n)', 'every((sum) => sum >= 0n)'],
    ['balances across currencies', 'every((sum) => sum === 0n)', 'reduce((all, sum) => all + sum, 0n) === 0n'],
  ]),
  ...faultsOf('sides.ts', [
    ['mistakes debit for credit', "normalSide === 'debit' ? 1n : -1n", "normalSide === 'debit' ? -1n : 1n"],
    ['mistakes what is held for what comes', 'sideOf(account) * leg < 0n', 'sideOf(account) * leg > 0n'],
  ]),
  ...faultsOf('kinds.ts', [
    ['forces withdrawals', 'withdrawal: { forced: false', 'withdrawal: { forced: true'],
    ['does not force fees', 'fee: { forced: true', 'fee: { forced: false'],
    ['does not force scheme advices', 'scheme_advice: { forced: true', 'scheme_advice: { forced: false'],
    ['lets others close a period', "callers: ['ledger']", "callers: ['ledger', 'transaction']"],
  ]),
  ...faultsOf('balancing.ts', [
    ['sweeps what is held', 'normal - account.held - least', 'normal - least'],
    ['sweeps as much as one side allows', 'most = room < most ? room : most;', 'most = room;'],
    ['sweeps through the floor', '[account.floor, target]', '[target]'],
    ['sweeps past the target', '[account.ceiling, target]', '[account.ceiling]'],
    ['sweeps backwards', 'return most > 0n ? most : 0n;', 'return most;'],
    ['takes the larger bound', '(room < least ? room : least)', '(room > least ? room : least)'],
    ['takes three legs for a pair', 'pair.length === 2 && ', ''],
    ['takes two debits for a pair', ' && first.amount + second.amount === 0n', ''],
  ]),
  ...faultsOf('reversal.ts', [
    ['forgets what is undone already', 'undone.undone + amount > sizeOf', 'amount > sizeOf'],
    ['undoes reversals', 'if (original.isReversal)', 'if (false)'],
    ['undoes for anybody', 'if (original.owner !== request.owner)', 'if (false)'],
    ['undoes in the same direction', 'undone.amount > 0n ? -amount : amount', 'undone.amount > 0n ? amount : -amount'],
    ['notes the last part alone', 'undone.undone += sizeOf', 'undone.undone = sizeOf'],
    ['undoes a leg twice at once', '|| twice ', ''],
    ['undoes all again, not the rest', 'sizeOf(amount) - undone', 'sizeOf(amount)'],
    ['undoes one side', 'if (!isBalanced(legs))', 'if (false)'],
    ['undoes in any currency', 'if (undone.currency !== currency)', 'if (false)'],
    ['undoes nothing', 'if (legs.length === 0)', 'if (false)'],
  ]),
  ...faultsOf('hold.ts', [
    ['places a hold that expires at once', 'if (expireTime <= now)', 'if (expireTime < now)'],
    ['keeps a cent from holds', 'available + change < 0n', 'available + change <= 0n'],
    ['holds what is held already', '- account.held - (account.floor', '- (account.floor'],
    ['holds on a stripe', 'if (account.stripe !== undefined)', 'if (false)'],
    ['holds on migrating accounts', "if (account.state === 'migrating')", 'if (false)'],
    ['holds on closed accounts', "if (account.state === 'closed')", 'if (false)'],
    ['loses count of what comes', 'account.pendingIn + change > MINOR_MAX', 'false'],
    ['loses count of what is held', 'account.held - change > MINOR_MAX', 'false'],
    ['forces no hold', '!isForced(kind) && ', ''],
    ['limits each capture, not all', 'captured > hold.captureLimit', 'taken > hold.captureLimit'],
    ['stays open after the last capture', 'final || captured >= hold.amount', 'captured >= hold.amount'],
    ['stays open when all is captured', 'captured >= hold.amount', 'captured > hold.amount'],
    ['holds as much after a capture', 'hold.amount - captured,', 'hold.held,'],
    ['frees what is captured, not what was held', 'frees: -heldChange', 'frees: amount ?? 0n'],
    ['captures any currency', 'money && money.currency !== hold.currency', 'false'],
    ['captures for anybody', 'if (hold.owner !== owner)', 'if (false)'],
    ['captures what is over', "hold.state === 'open' ? undefined : refuse(OVER[hold.state])", 'undefined'],
    ['extends to the same time', 'expireTime > hold.expireTime', 'expireTime >= hold.expireTime'],
    ['expires an hour late', 'hold.expireTime > now', 'hold.expireTime >= now'],
    ['expires what is over', "hold.state !== 'open' || ", ''],
    ['holds what is released', "state: 'released', held: 0n", "state: 'released'"],
    ['holds what has expired', "state: 'expired', held: 0n", "state: 'expired'"],
    ['counts no versions', 'version: hold.version + 1n', 'version: hold.version'],
  ]),
  ...faultsOf('wiring.ts', [
    ['wires reversals', "if (kind === 'reversal') return undefined;", ''],
    ['wires a kind to everything', 'wiring.get(kind)?.has(code)', 'wiring.has(kind)'],
  ]),
  ...faultsOf('closing.ts', [
    ['doubles the result', 'amount: -minor', 'amount: minor'],
    ['takes the result the wrong way', 'amount: -result', 'amount: result'],
    ['books a result of nothing', 'result === 0n ? [] : ', ''],
    ['leaves what a closed account earned', 'other.standing += standing;', ''],
    ['shows income below zero', 'income: -sumOf', 'income: sumOf'],
  ]),
  ...faultsOf('gaps.ts', [
    ['sees a gap where there is none', 'shown > seen + 1n', 'shown >= seen + 1n'],
    ['shows a version twice', 'toVersion: shown - 1n', 'toVersion: shown'],
  ]),
];

describe('A core with a planted fault', function planted() {
  this.timeout(10 * 60_000);
  const sources = new Map(sourcesOf(import.meta.dirname));
  const build = join(checkoutRoot(), 'build');
  let scratch: string;
  /** The lives that every core is put to: always the same. */
  let same: readonly Step[][];

  before(() => {
    mkdirSync(build, { recursive: true });
    same = fc.sample(lives(100), { seed: 20_260_302, numRuns: PROOF ? 4_000 : 400 });
    scratch = mkdtempSync(join(build, 'planted-faults-'));
  });
  after(() => {
    rmSync(scratch, { recursive: true });
  });

  it('is one of 30 at least', () => {
    expect(FAULTS.length).to.be.at.least(30);
  });

  it('is not the core as it is', async () => {
    put(await load('whole', sources), same);
  });

  for (const [index, { file, find, replace, why }] of FAULTS.entries()) {
    it(`is found out: it ${why} (${file})`, async () => {
      const source = sources.get(file) ?? '';
      expect(source.split(find), `what to find in ${file}`).to.have.length(2);
      const faulty = source.replace(find, () => replace);
      const core = await load(String(index), new Map(sources).set(file, faulty));
      expect(() => {
        put(core, same);
      }).to.throw(AssertionError);
    });
  }

  /** Writes the sources of a core into a folder of their own, and imports them. */
  async function load(name: string, files: ReadonlyMap<string, string>): Promise<Core> {
    const folder = join(scratch, name);
    mkdirSync(folder);
    for (const [file, text] of files) writeFileSync(join(folder, file), text);
    const from = (file: string) => import(pathToFileURL(join(folder, file)).href);
    return {
      balancing: await from('balancing.ts'),
      closing: await from('closing.ts'),
      gaps: await from('gaps.ts'),
      holds: await from('hold.ts'),
      journals: await from('core.ts'),
      kinds: await from('kinds.ts'),
      reversals: await from('reversal.ts'),
      wiring: await from('wiring.ts'),
    };
  }
});

/** Puts a core to the rules, the tables and the lives, until one of them finds a fault. */
function put(core: Core, same: readonly Step[][]): void {
  for (const rule of Object.values(RULES)) rule(core);
  for (const lines of Object.values(TABLES)) runTable(core, lines);
  for (const steps of same) live(core, steps);
}

function sourcesOf(folder: string): [string, string][] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
  return files.map((file) => [file, readFileSync(join(folder, file), 'utf8')]);
}

function faultsOf(file: string, faults: readonly [why: string, find: string, replace: string][]): Fault[] {
  return faults.map(([why, find, replace]) => ({ file, find, replace, why }));
}
