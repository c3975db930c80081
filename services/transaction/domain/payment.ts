// The life of a payment to another bank. What the ledger, signatures and reviews do to it is its transaction's to say; what is kept
// of the payment itself is what comes after: what the scheme says of it.
import type { Change } from './words.ts';

/** Where a payment is, as it is stored. `created` stands for everything up to the scheme. */
export type PaymentState = 'created' | 'sent' | 'settled' | 'returned' | 'failed' | 'cancelled';

/** Where a payment is, as it is told. */
export type ToldState = PaymentState | 'pending_signature' | 'held_for_review' | 'accepted';

/** A step in the life of a payment. Times are milliseconds since the epoch. */
export interface PaymentChange<S = ToldState> {
  readonly state: S;
  readonly time: number;
  readonly reason: string;
  readonly isoReason: string;
}

/** What a step of the transaction is to the payment that it books. */
const OF_TRANSACTION: Partial<Record<Change['state'], ToldState>> = {
  awaiting_signatures: 'pending_signature',
  under_review: 'held_for_review',
  posted: 'accepted',
  refused: 'failed',
};

/** The life of a payment, oldest first: its beginning, what its transaction has seen, if there is one, and what the scheme said. */
export function lifeOf(
  createTime: number,
  transaction: readonly Change[],
  own: readonly PaymentChange<PaymentState>[],
): PaymentChange[] {
  const booked = transaction.flatMap(({ state, time, reason }): PaymentChange[] => {
    const told = OF_TRANSACTION[state];
    return told ? [{ state: told, time, reason, isoReason: '' }] : [];
  });
  return [{ state: 'created', time: createTime, reason: '', isoReason: '' }, ...booked, ...own];
}

/** What the scheme says of a payment. */
export type Report = PaymentState & ('sent' | 'settled' | 'failed' | 'returned' | 'cancelled');

/** What a report does: it is written, its money is put back first, it comes too late to matter, or it cannot be. */
export type Effect = 'write' | 'put_back' | 'late' | 'conflict';

/** What a report does to a payment, which may be on its way to an end that was reported before. */
export function effectOf(state: PaymentState, reported: Report | null, report: Report): Effect {
  const known = reported ?? state;
  if (report === known) return 'late';
  if (known === 'cancelled') return 'conflict';
  // Recalled before it was sent.
  if (report === 'cancelled') return known === 'created' ? 'put_back' : 'conflict';
  if (report === 'sent') return known === 'created' ? 'write' : 'late';
  if (report === 'settled') return known === 'returned' ? 'late' : known === 'failed' ? 'conflict' : 'write';
  if (known === 'failed' || known === 'returned') return 'conflict';
  // What is settled is returned, and is not rejected any more.
  return report === 'failed' && known === 'settled' ? 'conflict' : 'put_back';
}
