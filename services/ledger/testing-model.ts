// A plain model of the ledger, for tests: it copies everything before each try and keeps what went well, and shares no
// code with the core. Where several rules are broken, it knows them all.

/** An account of the model. Amounts are minor units on the account's normal side. */
export interface ModelAccount {
  readonly name: string;
  readonly currency: string;
  readonly debitNormal: boolean;
  readonly customer: boolean;
  state: 'open' | 'migrating' | 'closed';
  floor: bigint | null;
  ceiling: bigint | null;
  frozenDown: boolean;
  frozenUp: boolean;
  balance: bigint;
  entries: number;
}

/** Money from one account (debited) to another (credited), in one currency. */
export interface Move {
  readonly debit: string;
  readonly credit: string;
  readonly currency: string;
  readonly amount: bigint;
}

/** A journal of the model: each move is two legs. */
export interface ModelJournal {
  readonly id: string;
  readonly kind: 'deposit' | 'transfer' | 'fee' | 'migration';
  readonly moves: readonly Move[];
  readonly endOfDay: boolean;
  /** The day of a migration journal. */
  readonly day: number;
}

interface ModelLeg {
  readonly account: string;
  readonly currency: string;
  /** More than zero for a debit. */
  readonly signed: bigint;
}

interface Posted {
  readonly reversal: boolean;
  readonly legs: readonly ModelLeg[];
  readonly undone: bigint[];
}

/** The reasons why a journal must be refused: none when it must be posted. */
export type Reasons = ReadonlySet<string>;

const LARGEST = 2n ** 63n - 1n;

/** A ledger as a model: days are numbers. */
export class Model {
  accounts = new Map<string, ModelAccount>();
  readonly posted = new Map<string, Posted>();
  openDay: number;
  closingDay: number | undefined;

  constructor(accounts: readonly ModelAccount[], openDay: number) {
    for (const account of accounts) this.accounts.set(account.name, { ...account });
    this.openDay = openDay;
  }

  /** Posts journals that succeed or fail together. */
  post(journals: readonly ModelJournal[]): Reasons[] {
    const before = this.copy();
    const made: [string, Posted][] = [];
    for (const [index, journal] of journals.entries()) {
      const legs = journal.moves.flatMap(({ debit, credit, currency, amount }) => [
        { account: debit, currency, signed: amount },
        { account: credit, currency, signed: -amount },
      ]);
      const reasons = this.book(legs, journal);
      if (reasons.size > 0) {
        this.accounts = before;
        return journals.map((_, at) => (at === index ? reasons : new Set(['LINKED_JOURNAL_REFUSED'])));
      }
      made.push([journal.id, { reversal: false, legs, undone: legs.map(() => 0n) }]);
    }
    for (const [id, journal] of made) this.posted.set(id, journal);
    return journals.map(() => new Set());
  }

  /** Undoes what is left of a journal, or a part of one of its moves. */
  reverse(id: string, original: string, part: { readonly move: number; readonly amount: bigint } | undefined): Reasons {
    const found = this.posted.get(original);
    if (!found) return new Set(['JOURNAL_NOT_FOUND']);
    if (found.reversal) return new Set(['REVERSAL_NOT_REVERSIBLE']);
    const wanted = part
      ? [2 * part.move, 2 * part.move + 1].map((leg) => ({ leg, amount: part.amount }))
      : found.legs.map(({ signed }, leg) => ({ leg, amount: size(signed) - (found.undone[leg] ?? 0n) }));
    const parts = wanted.filter(({ amount }) => amount > 0n);
    const tooMuch = parts.some(({ leg, amount }) => {
      const { signed } = found.legs[leg] ?? { signed: 0n };
      return (found.undone[leg] ?? 0n) + amount > size(signed);
    });
    if (tooMuch || parts.length === 0) return new Set(['REVERSAL_EXCEEDS_ORIGINAL']);
    const legs = parts.flatMap(({ leg, amount }) => {
      const undoes = found.legs[leg];
      return undoes ? [{ ...undoes, signed: undoes.signed > 0n ? -amount : amount }] : [];
    });
    const before = this.copy();
    const reasons = this.book(legs, { kind: 'reversal', endOfDay: false, day: this.openDay });
    if (reasons.size > 0) {
      this.accounts = before;
      return reasons;
    }
    for (const { leg, amount } of parts) found.undone[leg] = (found.undone[leg] ?? 0n) + amount;
    this.posted.set(id, { reversal: true, legs, undone: [] });
    return reasons;
  }

  private book(
    legs: readonly ModelLeg[],
    journal: { readonly kind: string; readonly endOfDay: boolean; readonly day: number },
  ): Reasons {
    const reasons = new Set<string>();
    const history = journal.kind === 'migration';
    if (history ? journal.day > this.openDay : journal.endOfDay && this.closingDay === undefined) {
      reasons.add('BOOKING_DATE_NOT_OPEN');
    }
    const touched = legs.flatMap(({ account }) => this.accounts.get(account) ?? []);
    const customers = touched.filter(({ customer }) => customer);
    if (history && (customers.length === 0 || customers.some(({ state }) => state !== 'migrating'))) {
      reasons.add('LEDGER_ACCOUNT_NOT_MIGRATING');
    }
    if (!history && touched.some(({ state }) => state === 'migrating')) reasons.add('LEDGER_ACCOUNT_MIGRATING');
    const forced = history || journal.kind === 'fee';
    for (const leg of legs) this.bookLeg(leg, forced, reasons);
    return reasons;
  }

  private bookLeg({ account: name, currency, signed }: ModelLeg, forced: boolean, reasons: Set<string>): void {
    const account = this.accounts.get(name);
    if (!account) {
      reasons.add('LEDGER_ACCOUNT_NOT_FOUND');
      return;
    }
    const up = account.debitNormal === signed > 0n;
    const after = account.balance + (up ? size(signed) : -size(signed));
    if (account.currency !== currency) reasons.add('CURRENCY_MISMATCH');
    if (account.state === 'closed') reasons.add('LEDGER_ACCOUNT_CLOSED');
    if (up ? account.frozenUp : account.frozenDown) reasons.add('LEDGER_ACCOUNT_FROZEN');
    if (size(after) > LARGEST) reasons.add('BALANCE_OUT_OF_RANGE');
    if (!forced && account.state !== 'migrating') {
      if (!up && account.floor !== null && after < account.floor) reasons.add('INSUFFICIENT_FUNDS');
      if (up && account.ceiling !== null && after > account.ceiling) reasons.add('CEILING_EXCEEDED');
    }
    account.balance = after;
    account.entries += 1;
  }

  private copy(): Map<string, ModelAccount> {
    return new Map([...this.accounts].map(([name, account]) => [name, { ...account }]));
  }
}

function size(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}
