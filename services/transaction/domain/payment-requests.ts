// Where a payment request is in its life, and until when one can be paid.
import { refuse } from './refusals.ts';
import type { State } from './words.ts';

export type RequestState = 'open' | 'declined' | 'cancelled' | 'expired';
export type ToldRequestState = RequestState | 'paying' | 'paid';

const DAYS = 14;
const DAYS_MAX = 90;
const PAID: readonly State[] = ['posted', 'partially_reversed', 'reversed'];

/** How many of an account's requests may be open, and how many of them to one other account. */
export const OPEN_MAX = 100;
export const OPEN_TO_ONE_MAX = 5;

/** What it is by now: one that is being paid by a transfer, or was, has its state from that. What is undone later was paid all the same. */
export function toldState(
  state: RequestState,
  transactionId: string | null,
  transaction: State | null,
): ToldRequestState {
  if (state !== 'open' || transactionId === null || transaction === 'refused') return state;
  // One that is not written yet is on its way.
  return transaction !== null && PAID.includes(transaction) ? 'paid' : 'paying';
}

/** The last day of a request. Refuses EXPIRE_DATE_INVALID. */
export function expireDate(asked: Temporal.PlainDate | undefined, openDate: Temporal.PlainDate): Temporal.PlainDate {
  const last = asked ?? openDate.add({ days: DAYS });
  const days = openDate.until(last, { largestUnit: 'days' }).days;
  if (days < 0 || days > DAYS_MAX) throw refuse('EXPIRE_DATE_INVALID');
  return last;
}
