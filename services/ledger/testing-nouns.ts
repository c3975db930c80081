// What the plain model of the ledger is about.

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
  /** Its legs balance: the amount is the most, and neither account is taken past these. */
  readonly bounds?: Bounds | undefined;
}

/** What a move keeps on the account that it debits, and fills the other one up to. On their normal sides. */
export interface Bounds {
  readonly debited: bigint | null;
  readonly credited: bigint | null;
}

/** A hold of the model. Times are hours. */
export interface ModelHold {
  readonly debit: string;
  readonly credit: string;
  readonly currency: string;
  readonly forced: boolean;
  readonly amount: bigint;
  readonly limit: bigint;
  until: number;
  captured: bigint;
  state: 'open' | 'captured' | 'released' | 'expired';
}

/** A capture of the model: without an amount, of all that is held. */
export interface ModelCapture {
  readonly id: string;
  readonly holdId: string;
  readonly wanted: { readonly amount: bigint | null; readonly final: boolean; readonly forced: boolean };
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
