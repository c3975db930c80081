import { expect } from 'chai';
import fc from 'fast-check';
import type { Refusal } from '#chassis/errors.ts';
import { fromMoney, toDecimal } from '#chassis/money.ts';
import { holds } from '#chassis/testing/property.ts';
import { Model } from '../testing-model.ts';
import type { ModelAccount, ModelJournal, Move } from '../testing-nouns.ts';
import {
  ACCOUNTS,
  type HoldStep,
  isAboutHolds,
  lives,
  type RandomJournal,
  type RandomMove,
  type Step,
  type TermsStep,
} from '../testing-steps.ts';
import { type AccountState, applyGroup, type Days, isBalanced, type JournalDraft, type JournalResult } from './core.ts';
import * as life from './hold.ts';
import { noteReversal, type Original, reversalOf } from './reversal.ts';

/** A ledger with nothing but its core. */
class CoreLedger {
  readonly accounts = new Map<string, AccountState>();
  readonly originals = new Map<string, Original>();
  readonly holds = new Map<string, life.Hold>();
  now = 0;
  days: Days;

  constructor(accounts: readonly ModelAccount[], open: string) {
    this.days = { open, closing: [] };
    for (const [index, account] of accounts.entries()) {
      const { name, currency, debitNormal, customer, state, floor, ceiling } = account;
      this.accounts.set(name, {
        no: BigInt(index + 1),
        id: name,
        currency,
        normalSide: debitNormal ? 'debit' : 'credit',
        state,
        floor,
        ceiling,
        decreaseFrozen: false,
        increaseFrozen: false,
        customer,
        balance: 0n,
        version: 0n,
        held: 0n,
        pendingIn: 0n,
      });
    }
  }

  change(name: string, terms: Partial<AccountState>): void {
    const account = this.accounts.get(name);
    if (account) this.accounts.set(name, { ...account, ...terms });
  }

  post(journals: readonly JournalDraft[]): string[] {
    const before = new Map([...this.accounts].map(([id, { balance, version }]) => [id, { balance, version }]));
    const results = applyGroup(this.accounts, journals, this.days);
    this.check(before, results);
    results.forEach((result, index) => {
      const draft = journals[index];
      if ('refusal' in result || !draft) return;
      const legs = result.posted.entries.map(({ account, amount, leg }) => ({
        leg,
        accountId: account.id,
        currency: account.currency,
        amount,
        undone: 0n,
      }));
      this.originals.set(draft.id, { id: draft.id, owner: 'transaction', isReversal: draft.kind === 'reversal', legs });
    });
    return results.map((result) => ('refusal' in result ? result.refusal.reason : 'posted'));
  }

  reverse(id: string, original: string, part?: { move: number; amount: bigint }): string {
    const found = this.originals.get(original);
    if (!found) return 'JOURNAL_NOT_FOUND';
    const parts = part
      ? [2 * part.move, 2 * part.move + 1].map((leg) => ({
          leg,
          currency: found.legs[leg]?.currency ?? 'EUR',
          amount: part.amount,
        }))
      : [];
    const draft = reversalOf(found, { id, owner: 'transaction', parts, valueDate: undefined });
    if (draft instanceof Error) return draft.reason;
    const [told] = this.post([draft]);
    if (told === 'posted') noteReversal(found, draft);
    return told ?? '';
  }

  place(terms: life.HoldTerms, expireTime: number): string {
    const step = life.place(this.accounts, terms, { expireTime, now: this.now });
    const standing = { state: 'open', version: 0n, captured: 0n, held: 0n, expireTime } as const;
    return this.take({ ...terms, ...standing, no: 0n }, step);
  }

  capture(id: string, hold: life.Hold, amount: bigint | null, { final, forced }: { final: boolean; forced: boolean }) {
    const wanted = amount === null ? undefined : { currency: hold.currency, minor: amount };
    const step = life.capture(hold, { owner: 'transaction', amount: wanted, final });
    if (step instanceof Error) return step.reason;
    const kind = forced ? 'fee' : undefined;
    const [told = ''] = this.post([life.captureJournal(hold, step, { id, kind, valueDate: undefined })]);
    return told === 'posted' ? this.take(hold, step) : told;
  }

  /** Takes a step of a hold; what a capture frees, its journal has freed. */
  take(hold: life.Hold, step: life.HoldStep | Refusal): string {
    if (step instanceof Error) return step.reason;
    if (step.kind !== 'capture') life.moveHeld(this.accounts, hold, step.heldChange);
    const { kind, amount } = hold;
    this.holds.set(hold.id, { ...hold, ...step, kind, amount });
    return 'posted';
  }

  /** What every call must keep, whatever it answers. */
  private check(before: Map<string, { balance: bigint; version: bigint }>, results: readonly JournalResult[]): void {
    const posted = results.flatMap((result) => ('posted' in result ? [result.posted] : []));
    expect(posted.length).to.be.oneOf([0, results.length]);
    const moved = new Map(before);
    for (const { account, version, amount, balanceAfter } of posted.flatMap(({ entries }) => entries)) {
      const last = moved.get(account.id) ?? { balance: 0n, version: 0n };
      expect([version, balanceAfter]).to.deep.equal([last.version + 1n, last.balance + amount]);
      moved.set(account.id, { balance: balanceAfter, version });
    }
    for (const { entries } of posted) {
      expect(isBalanced(entries.map(({ account, amount }) => ({ currency: account.currency, amount })))).to.equal(true);
    }
    for (const [id, account] of this.accounts) {
      const { balance, version } = account;
      expect({ balance, version }).to.deep.equal(moved.get(id));
    }
  }
}

describe('The core of the ledger', () => {
  const table = (name: string, lines: string) =>
    it(name, () => {
      runTable(lines);
    });

  table(
    'moves money between accounts, and holds the floor',
    `
    account   cash   EUR debit
    account   alice  EUR credit  floor 0
    transfer  cash -> alice   100.00   posted
    transfer  alice -> cash   100.01   INSUFFICIENT_FUNDS
    transfer  alice -> cash   100.00   posted
    transfer  alice -> cash     0.01   INSUFFICIENT_FUNDS
    balance   alice  0.00
    balance   cash   0.00
    `,
  );

  table(
    'holds floors below zero, and ceilings, on the normal side of each account',
    `
    account   cash   EUR debit   ceiling 1000
    account   alice  EUR credit  floor -50  ceiling 200
    transfer  alice -> cash     50.00   posted
    transfer  alice -> cash      0.01   INSUFFICIENT_FUNDS
    transfer  cash -> alice    250.00   posted
    transfer  cash -> alice      0.01   CEILING_EXCEEDED
    account   bob    EUR credit
    transfer  cash -> bob      800.01   CEILING_EXCEEDED
    transfer  cash -> bob      800.00   posted
    transfer  bob -> cash     1000.00   posted
    balance   cash   0.00
    account   vault  EUR debit   floor 0
    transfer  vault -> bob       1.00   posted
    transfer  bob -> vault       1.00   posted
    transfer  bob -> vault       0.01   INSUFFICIENT_FUNDS
    `,
  );

  table(
    'forces interest, fees, scheme advices and history beyond the limits, and nothing else',
    `
    account   cash   EUR debit
    account   alice  EUR credit  floor 0  ceiling 10
    fee            alice -> cash     1.00   posted
    interest       alice -> cash     1.00   posted
    scheme_advice  alice -> cash     1.00   posted
    deposit        cash -> alice    14.00   CEILING_EXCEEDED
    withdrawal     alice -> cash     1.00   INSUFFICIENT_FUNDS
    transfer       alice -> cash     1.00   INSUFFICIENT_FUNDS
    interest       cash -> alice    20.00   posted
    balance   alice  17.00
    deposit        cash -> alice     0.01   CEILING_EXCEEDED
    transfer       alice -> cash     0.01   posted
    `,
  );

  table(
    'takes nothing on a frozen side, forced or not',
    `
    account   cash   EUR debit
    account   alice  EUR credit  frozen down
    account   bob    EUR credit  frozen up
    transfer  cash -> alice     5.00   posted
    transfer  alice -> cash     1.00   LEDGER_ACCOUNT_FROZEN
    fee       alice -> cash     1.00   LEDGER_ACCOUNT_FROZEN
    transfer  cash -> bob       1.00   LEDGER_ACCOUNT_FROZEN
    transfer  bob -> cash       1.00   posted
    `,
  );

  table(
    'knows accounts, currencies and what is closed',
    `
    account   cash   EUR debit
    account   alice  EUR credit
    account   yen    JPY credit
    account   gone   EUR credit  closed
    transfer  cash -> nobody    1.00   LEDGER_ACCOUNT_NOT_FOUND
    transfer  nobody -> cash    1.00   LEDGER_ACCOUNT_NOT_FOUND
    transfer  cash -> yen       1.00   CURRENCY_MISMATCH
    transfer  cash -> gone      1.00   LEDGER_ACCOUNT_CLOSED
    transfer  gone -> cash      1.00   LEDGER_ACCOUNT_CLOSED
    fee       gone -> cash      1.00   LEDGER_ACCOUNT_CLOSED
    balance   cash   0.00
    `,
  );

  table(
    'books history on migrating customer accounts alone, up to today',
    `
    day       2026-03-02
    account   cash   EUR debit   bank
    account   fees   EUR credit  bank
    account   old    EUR credit  migrating
    account   older  EUR credit  migrating
    account   new    EUR credit  floor 0
    migration cash -> old     1.00   on 1995-03-24   posted
    migration old -> older    9.00   on 1995-03-25   posted
    migration old -> cash     1.00   on 2026-03-02   posted
    migration old -> cash     1.00   on 2026-03-03   BOOKING_DATE_NOT_OPEN
    migration old -> new      1.00   on 1995-03-24   LEDGER_ACCOUNT_NOT_MIGRATING
    migration cash -> new     1.00   on 1995-03-24   LEDGER_ACCOUNT_NOT_MIGRATING
    migration cash -> fees    1.00   on 1995-03-24   LEDGER_ACCOUNT_NOT_MIGRATING
    migration old -> nobody   1.00   on 1995-03-24   LEDGER_ACCOUNT_NOT_FOUND
    transfer  cash -> old     1.00   LEDGER_ACCOUNT_MIGRATING
    fee       old -> fees     1.00   LEDGER_ACCOUNT_MIGRATING
    balance   old   -9.00
    `,
  );

  table(
    'books the end of the day on the day that closes, if one does',
    `
    day       2026-03-02
    account   cash   EUR debit
    account   alice  EUR credit
    interest  cash -> alice     1.00   end-of-day   BOOKING_DATE_NOT_OPEN
    day       2026-03-03 closing 2026-03-02
    interest  cash -> alice     1.00   end-of-day   posted
    transfer  cash -> alice     1.00   posted
    `,
  );

  table(
    'posts a group whole or not at all',
    `
    account   cash   EUR debit
    account   alice  EUR credit  floor 0
    account   bob    EUR credit  floor 0
    {
      transfer  cash -> alice    10.00   posted
      transfer  alice -> bob     10.00   posted
    }
    {
      transfer  cash -> alice     5.00   LINKED_JOURNAL_REFUSED
      transfer  alice -> bob      6.00   INSUFFICIENT_FUNDS
      transfer  bob -> cash       1.00   LINKED_JOURNAL_REFUSED
    }
    balance   alice  0.00
    balance   bob   10.00
    balance   cash  10.00
    `,
  );

  table(
    'keeps balances within 64 bits',
    `
    account   cash   EUR debit
    account   alice  EUR credit
    transfer  cash -> alice   92233720368547758.07   posted
    transfer  cash -> alice                   0.01   BALANCE_OUT_OF_RANGE
    transfer  alice -> cash   92233720368547758.07   posted
    transfer  alice -> cash   92233720368547758.07   posted
    transfer  alice -> cash                   0.01   BALANCE_OUT_OF_RANGE
    balance   alice  -92233720368547758.07
    `,
  );

  table(
    'undoes journals whole and in parts, never more than they were, and no reversal',
    `
    account   cash   EUR debit
    account   alice  EUR credit  floor 0
    transfer  cash -> alice   100.00   posted
    reverse   1   30.00   posted
    reverse   1   70.01   REVERSAL_EXCEEDS_ORIGINAL
    reverse   1           posted
    reverse   1           REVERSAL_EXCEEDS_ORIGINAL
    reverse   2           REVERSAL_NOT_REVERSIBLE
    reverse   9           JOURNAL_NOT_FOUND
    balance   alice  0.00
    transfer  cash -> alice   100.00   posted
    transfer  alice -> cash    60.00   posted
    reverse   8           INSUFFICIENT_FUNDS
    reverse   8   40.00   posted
    reverse   8   60.00   INSUFFICIENT_FUNDS
    `,
  );

  table(
    'finds out balancing legs: as much as is available, at most so much, above a target or up to one',
    `
    account   cash   EUR debit
    account   alice  EUR credit  floor -20
    account   pot    EUR credit  floor 0  ceiling 70
    transfer  cash -> alice   100.00                       posted
    transfer  alice -> pot     10.00 at-most               posted
    balance   alice  90.00
    transfer  alice -> pot    500.00 at-most keep 50       posted
    balance   alice  50.00
    balance   pot    50.00
    transfer  alice -> pot    500.00 at-most keep 50       NOTHING_AVAILABLE
    transfer  alice -> pot    500.00 at-most up-to 40      NOTHING_AVAILABLE
    transfer  alice -> pot    500.00 at-most up-to 60      posted
    transfer  alice -> pot    500.00 at-most               posted
    balance   pot    70.00
    balance   alice  30.00
    transfer  alice -> cash   500.00 at-most keep -500     posted
    balance   alice -20.00
    transfer  alice -> cash     0.01 at-most               NOTHING_AVAILABLE
    fee       alice -> cash     0.01 at-most               NOTHING_AVAILABLE
    transfer  pot -> alice    500.00 at-most up-to 0       posted
    balance   alice   0.00
    transfer  pot -> nobody     1.00 at-most               LEDGER_ACCOUNT_NOT_FOUND
    `,
  );

  it('agrees with a plain model on random lives of a ledger', async function agrees() {
    this.timeout(30 * 60_000);
    const property = fc.property(lives(100), (steps) => {
      live(steps);
    });
    await holds(property, { runs: 300, proofRuns: 20_000 });
  });
});

const FIRST_DAY = Temporal.PlainDate.from('2026-03-02');

/** Lives a random life in the core and in the model, comparing every answer and every balance. */
function live(steps: readonly Step[]): void {
  const model = new Model(ACCOUNTS, 0);
  const core = new CoreLedger(ACCOUNTS, dayText(0));
  const numbers = counter();
  for (const step of steps) {
    if (step.do === 'post') {
      const journals = step.group.map((one) => modelJournal(one, numbers(), model.openDay));
      const expected = model.post(journals);
      core.post(journals.map(draftOf)).forEach((told, index) => {
        agree(told, expected[index] ?? new Set(), journals[index]);
      });
    } else if (step.do === 'reverse') {
      const ids = [...model.posted.keys()];
      const original = ids[step.which % Math.max(ids.length, 1)] ?? 'none';
      const id = numbers();
      const part =
        step.part && step.part.move * 2 < (model.posted.get(original)?.legs.length ?? 0) ? step.part : undefined;
      agree(core.reverse(id, original, part), model.reverse(id, original, part), step);
    } else if (isAboutHolds(step)) {
      agreeOnHold(step, { model, core, id: numbers() });
    } else {
      change(step, model, core);
    }
    for (const [name, { balance, entries, debitNormal }] of model.accounts) {
      const account = core.accounts.get(name);
      const { held, coming } = model.pending(name);
      expect([account?.balance, account?.version, account?.held, account?.pendingIn]).to.deep.equal([
        debitNormal ? balance : -balance,
        BigInt(entries),
        held,
        coming,
      ]);
    }
  }
}

/** Does something to a hold in the model and in the core. */
function agreeOnHold(step: HoldStep, { model, core, id }: { model: Model; core: CoreLedger; id: string }): void {
  if (step.do === 'pass') {
    const expired = model.pass(step.hours);
    core.now += step.hours;
    const told = [...core.holds.values()].filter((hold) => {
      const expiry = life.expire(hold, core.now);
      return expiry && core.take(hold, expiry);
    });
    expect(told.map((hold) => hold.id)).to.deep.equal(expired);
    return;
  }
  if (step.do === 'place') {
    const { forced, over, hours, move } = step;
    const { debit, credit, currency, amount } = modelMove(move);
    const until = model.hour + hours;
    const limit = amount + over;
    const parties = { debitId: debit, creditId: credit, captureLimit: limit, owner: 'transaction' };
    const told = core.place({ id, kind: forced ? 'fee' : 'transfer', currency, amount, ...parties }, until);
    agree(told, model.place(id, { debit, credit, currency, amount, limit, forced, until }), step);
    return;
  }
  const ids = [...model.holds.keys()];
  const hold = core.holds.get(ids[step.which % Math.max(ids.length, 1)] ?? '');
  if (!hold) return;
  if (step.do === 'capture') {
    agree(core.capture(id, hold, step.amount, step), model.capture(id, hold.id, step), step);
  } else if (step.do === 'release') {
    agree(core.take(hold, life.release(hold, 'transaction')), model.release(hold.id), step);
  } else {
    const expireTime = core.now + step.hours;
    agree(
      core.take(hold, life.extend(hold, { owner: 'transaction', expireTime })),
      model.extend(hold.id, expireTime),
      step,
    );
  }
}

function modelMove({ debit, credit, amount, bounds }: RandomMove): Move {
  return {
    debit: ACCOUNTS[debit]?.name ?? 'nobody',
    credit: ACCOUNTS[credit]?.name ?? 'nobody',
    currency: ACCOUNTS[debit]?.currency ?? 'EUR',
    amount,
    bounds,
  };
}

/** Changes terms and days in the model as the ledger's other RPCs would, and in the core alike. */
function change(step: TermsStep, model: Model, core: CoreLedger): void {
  if (step.do === 'advance') {
    if (model.closingDay !== undefined) return;
    model.closingDay = model.openDay;
    model.openDay += 1;
  } else if (step.do === 'closeDay') {
    model.closingDay = undefined;
  } else {
    const account = model.accounts.get(ACCOUNTS[step.account]?.name ?? '');
    if (!account || account.state === 'closed') return;
    if (step.do === 'freeze') Object.assign(account, { frozenDown: step.down, frozenUp: step.up });
    const { held, coming } = model.pending(account.name);
    if (step.do === 'close' && account.balance === 0n && held === 0n && coming === 0n) account.state = 'closed';
    if (step.do === 'cutOver' && account.state === 'migrating') {
      Object.assign(account, { state: 'open', floor: step.floor, ceiling: null });
    } else if (step.do === 'limits' && account.state === 'open') {
      Object.assign(account, {
        floor: step.floor,
        ceiling: step.room === null ? null : (step.floor ?? 0n) + step.room,
      });
    }
    const { name, state, floor, ceiling, frozenDown: decreaseFrozen, frozenUp: increaseFrozen } = account;
    core.change(name, { state, floor, ceiling, decreaseFrozen, increaseFrozen });
  }
  const closing = model.closingDay === undefined ? [] : [dayText(model.closingDay)];
  core.days = { open: dayText(model.openDay), closing };
}

function agree(told: string, reasons: ReadonlySet<string>, about: unknown): void {
  const right = reasons.size === 0 ? told === 'posted' : reasons.has(told);
  if (!right) {
    const shown = JSON.stringify(about, (_, value) => (typeof value === 'bigint' ? String(value) : value));
    expect.fail(`the core says ${told}, the model ${[...reasons].join(' or ') || 'posted'}: ${shown}`);
  }
}

function modelJournal({ kind, moves, endOfDay, daysAgo }: RandomJournal, id: string, today: number): ModelJournal {
  return {
    id,
    kind,
    endOfDay: endOfDay && kind !== 'migration',
    day: today - daysAgo,
    moves: moves.map(modelMove),
  };
}

function draftOf({ id, kind, moves, endOfDay, day }: ModelJournal): JournalDraft {
  return {
    id,
    kind,
    endOfDay,
    valueDate: undefined,
    bookingDate: kind === 'migration' ? dayText(day) : undefined,
    legs: moves.flatMap(({ debit, credit, currency, amount, bounds }) => {
      const plain = { currency, reversedLeg: null };
      if (!bounds) {
        return [
          { ...plain, accountId: debit, amount },
          { ...plain, accountId: credit, amount: -amount },
        ];
      }
      return [
        { ...plain, accountId: debit, amount: 1n, balancing: { atMost: amount, target: bounds.debited } },
        { ...plain, accountId: credit, amount: -1n, balancing: { atMost: amount, target: bounds.credited } },
      ];
    }),
  };
}

function dayText(day: number): string {
  return FIRST_DAY.add({ days: day }).toString();
}

/**
 * Runs a table: one line, one case. `account NAME CURRENCY SIDE [bank] [floor N] [ceiling N] [migrating|closed] [frozen
 * up|down]` makes an account, `day OPEN [closing DAY]` sets the dates, `KIND DEBIT -> CREDIT AMOUNT [on DAY]
 * [end-of-day] [at-most [keep N] [up-to N]] ANSWER` posts a journal (within braces: linked; at-most: of balancing legs), `reverse N [AMOUNT] ANSWER` undoes the N-th posted or
 * reversed one, `balance NAME AMOUNT` looks.
 */
function runTable(lines: string): void {
  const core = new CoreLedger([], dayText(0));
  const numbers = counter();
  let group: { draft: JournalDraft; answer: string; line: string }[] | undefined;
  const post = (journals: NonNullable<typeof group>): void => {
    const told = core.post(journals.map(({ draft }) => draft));
    for (const [index, { answer, line }] of journals.entries()) expect(told[index], line).to.equal(answer);
  };
  for (const line of lines.split('\n').flatMap((text) => text.trim() || [])) {
    const [verb = '', ...words] = line.split(/\s+/);
    if (verb === 'account') addAccount(core, words);
    else if (verb === 'day')
      core.days = { open: words[0] ?? '', closing: words[1] === 'closing' ? [words[2] ?? ''] : [] };
    else if (verb === '{') group = [];
    else if (verb === '}') {
      post(group ?? []);
      group = undefined;
    } else if (verb === 'balance') {
      const account = core.accounts.get(words[0] ?? '');
      const minor = account?.normalSide === 'debit' ? account.balance : -(account?.balance ?? 0n);
      expect(toDecimal({ currency: account?.currency ?? '', minor }), line).to.equal(words[1]);
    } else if (verb === 'reverse') {
      const [which, amount, answer] = words.length === 3 ? words : [words[0], undefined, words[1]];
      const part = amount === undefined ? undefined : { move: 0, amount: minorOf('EUR', amount) };
      expect(core.reverse(numbers(), `j${which}`, part), line).to.equal(answer);
    } else {
      const journal = readJournal(core, numbers(), verb as JournalDraft['kind'], words);
      const one = { ...journal, line };
      if (group) group.push(one);
      else post([one]);
    }
  }
}

function addAccount(core: CoreLedger, [name = '', currency = '', side = '', ...words]: string[]): void {
  const after = (word: string): string | undefined =>
    words.includes(word) ? words[words.indexOf(word) + 1] : undefined;
  const limit = (word: string): bigint | null => {
    const text = after(word);
    return text === undefined ? null : minorOf(currency, text);
  };
  core.accounts.set(name, {
    no: BigInt(core.accounts.size + 1),
    id: name,
    currency,
    normalSide: side === 'debit' ? 'debit' : 'credit',
    state: words.includes('migrating') ? 'migrating' : words.includes('closed') ? 'closed' : 'open',
    floor: limit('floor'),
    ceiling: limit('ceiling'),
    decreaseFrozen: after('frozen') === 'down',
    increaseFrozen: after('frozen') === 'up',
    customer: !words.includes('bank'),
    balance: 0n,
    version: 0n,
    held: 0n,
    pendingIn: 0n,
  });
}

function readJournal(core: CoreLedger, id: string, kind: JournalDraft['kind'], words: string[]) {
  const [debit = '', , credit = '', decimal = '', ...rest] = words;
  const currency = core.accounts.get(debit)?.currency ?? 'EUR';
  const amount = minorOf(currency, decimal);
  const after = (word: string): string | undefined => (rest.includes(word) ? rest[rest.indexOf(word) + 1] : undefined);
  const [answer = ''] = rest.filter((word) => /^[A-Z_]+$/.test(word) || word === 'posted');
  const leg = (accountId: string, signed: bigint, target: string | undefined) => {
    const plain = { accountId, currency, amount: signed, reversedLeg: null };
    if (!rest.includes('at-most')) return plain;
    const bounds = { atMost: amount, target: target === undefined ? null : minorOf(currency, target) };
    return { ...plain, amount: signed > 0n ? 1n : -1n, balancing: bounds };
  };
  const draft: JournalDraft = {
    id,
    kind,
    endOfDay: rest.includes('end-of-day'),
    valueDate: undefined,
    bookingDate: after('on'),
    legs: [leg(debit, amount, after('keep')), leg(credit, -amount, after('up-to'))],
  };
  return { draft, answer };
}

/** Ids of journals: j1, j2, … */
function counter(): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `j${count}`;
  };
}

function minorOf(currency: string, amount: string): bigint {
  return fromMoney({ currencyCode: currency, amount }).minor;
}
