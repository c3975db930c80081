// The words of the transaction service, as they are stored.

/** What kind of order it is. */
export type Type =
  | 'cash_deposit'
  | 'cash_withdrawal'
  | 'transfer'
  | 'outgoing_transfer'
  | 'incoming_transfer'
  | 'cheque_payment'
  | 'cheque_deposit'
  | 'reversal'
  | 'migration'
  | 'card_payment';

/** Where an order is in its life. */
export type State =
  | 'pending'
  | 'awaiting_signatures'
  | 'under_review'
  | 'posted'
  | 'refused'
  | 'partially_reversed'
  | 'reversed';

/** A step in the life of an order after its beginning, which is always PENDING at its create time. */
export interface Change {
  readonly state: State;
  /** Milliseconds since the epoch, as all times here. */
  readonly time: number;
  /** Why it was refused, or is under review; else empty. */
  readonly reason: string;
}

/** An order to move money. Amounts are minor units of `currency`, dates YYYY-MM-DD. */
export interface Order {
  readonly id: string;
  /** The journal that books it. */
  readonly journalId: string;
  readonly type: Type;
  readonly state: State;
  readonly debtorAccountId: string | null;
  readonly creditorAccountId: string | null;
  /** The party whose key seals what is personal about it. */
  readonly partyId: string;
  readonly currency: string;
  readonly amount: bigint;
  readonly fees: readonly bigint[];
  readonly bookingDate: string | null;
  readonly valueDate: string | null;
  readonly reversedId: string | null;
  readonly reversedAmount: bigint;
  readonly externalReference: string | null;
  /** The hold that it captures. */
  readonly holdId: string | null;
  readonly createTime: number;
  readonly changes: readonly Change[];
}

/** When the ledger booked something. */
export interface Booking {
  readonly bookingDate: string;
  readonly valueDate: string;
  readonly knownTime: number;
}

/** The order, booked. */
export function booked<O extends Order>(order: O, { bookingDate, valueDate, knownTime }: Booking): O {
  const change: Change = { state: 'posted', time: knownTime, reason: '' };
  return { ...order, state: 'posted', bookingDate, valueDate, changes: [...order.changes, change] };
}

/** The order, refused. */
export function turnedDown<O extends Order>(order: O, reason: string, time: number): O {
  return changed(order, { state: 'refused', time, reason });
}

/** The order, in another state; not booked by it. */
export function changed<O extends Order>(order: O, change: Change): O {
  return { ...order, state: change.state, changes: [...order.changes, change] };
}

/** What a card is used for. */
export type CardUse = 'withdrawal' | 'purchase' | 'online';

/** Where what was asked by a card is in its life. */
export type CardAuthorizationState = 'pending' | 'approved' | 'declined' | 'reversed' | 'cleared';

/** Where a review of an order is. One that could not be scored, and was not held, is `unscored`. */
export type ReviewState = 'open' | 'released' | 'refused' | 'expired' | 'unscored';

/** What an order looks like: bank.security.v1.ScoringReason without its prefix, or SCORING_UNAVAILABLE. */
export interface Suspicion {
  readonly reasons: readonly string[];
  readonly score: number;
  readonly policyVersion: number;
}
