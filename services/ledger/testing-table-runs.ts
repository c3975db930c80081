// Reads and runs tables of cases against the core of the ledger.
import { expect } from 'chai';
import { fromMoney, toDecimal } from '#chassis/money.ts';
import type { JournalDraft } from './domain/core.ts';
import { type Core, CoreLedger } from './testing-core.ts';

/**
 * Runs a table: one line, one case. `account NAME CURRENCY SIDE [bank] [floor N] [ceiling N] [migrating|closed] [frozen
 * up|down]` makes an account, `day OPEN [closing DAY]` sets the dates, `KIND DEBIT -> CREDIT AMOUNT [on DAY]
 * [end-of-day] [at-most [keep N] [up-to N]] ANSWER` posts a journal (within braces: linked; at-most: of balancing legs),
 * `reverse N [AMOUNT] ANSWER` undoes the N-th posted or reversed one, `balance NAME AMOUNT` looks.
 */
export function runTable(core: Core, lines: string): void {
  const ledger = new CoreLedger(core, [], '2026-03-02');
  const numbers = counter();
  let group: { draft: JournalDraft; answer: string; line: string }[] | undefined;
  const post = (journals: NonNullable<typeof group>): void => {
    const told = ledger.post(journals.map(({ draft }) => draft));
    for (const [index, { answer, line }] of journals.entries()) expect(told[index], line).to.equal(answer);
  };
  for (const line of lines.split('\n').flatMap((text) => text.trim() || [])) {
    const [verb = '', ...words] = line.split(/\s+/);
    if (verb === 'account') addAccount(ledger, words);
    else if (verb === 'day')
      ledger.days = { open: words[0] ?? '', closing: words[1] === 'closing' ? [words[2] ?? ''] : [] };
    else if (verb === '{') group = [];
    else if (verb === '}') {
      post(group ?? []);
      group = undefined;
    } else if (verb === 'balance') {
      const account = ledger.accounts.get(words[0] ?? '');
      const minor = account?.normalSide === 'debit' ? account.balance : -(account?.balance ?? 0n);
      expect(toDecimal({ currency: account?.currency ?? '', minor }), line).to.equal(words[1]);
    } else if (verb === 'reverse') {
      const [which, amount, answer] = words.length === 3 ? words : [words[0], undefined, words[1]];
      const part = amount === undefined ? undefined : { move: 0, amount: minorOf('EUR', amount) };
      expect(ledger.reverse(numbers(), `j${which}`, part), line).to.equal(answer);
    } else {
      const journal = readJournal(ledger, numbers(), verb as JournalDraft['kind'], words);
      const one = { ...journal, line };
      if (group) group.push(one);
      else post([one]);
    }
  }
}

function addAccount(ledger: CoreLedger, [name = '', currency = '', side = '', ...words]: string[]): void {
  const after = (word: string): string | undefined =>
    words.includes(word) ? words[words.indexOf(word) + 1] : undefined;
  const limit = (word: string): bigint | null => {
    const text = after(word);
    return text === undefined ? null : minorOf(currency, text);
  };
  ledger.accounts.set(name, {
    no: BigInt(ledger.accounts.size + 1),
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

function readJournal(ledger: CoreLedger, id: string, kind: JournalDraft['kind'], words: string[]) {
  const [debit = '', , credit = '', decimal = '', ...rest] = words;
  const currency = ledger.accounts.get(debit)?.currency ?? 'EUR';
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
export function counter(): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `j${count}`;
  };
}

function minorOf(currency: string, amount: string): bigint {
  return fromMoney({ currencyCode: currency, amount }).minor;
}
