// How much of an order may still be undone.
import { refuse } from './refusals.ts';
import type { Order, State } from './words.ts';

/** What a reversal undoes. */
export interface Undone {
  readonly amount: bigint;
  /** True when nothing of the order is left after it. */
  readonly whole: boolean;
}

const NEVER_BOOKED: readonly State[] = ['refused', 'under_review', 'awaiting_signatures'];

/** How much a reversal of a settled order undoes: what was asked for, or all that is left. Throws what forbids it. */
export function undone(order: Order, asked: bigint | undefined): Undone {
  const { type, state } = order;
  if (type === 'reversal' || type === 'migration' || NEVER_BOOKED.includes(state))
    throw refuse('TRANSACTION_NOT_REVERSIBLE');
  const left = order.amount - order.reversedAmount;
  const amount = asked ?? left;
  if (amount <= 0n || amount > left) throw refuse('REVERSAL_EXCEEDS_ORIGINAL');
  return { amount, whole: amount === left };
}

/** Where an order is in its life when so much of it is undone. */
export function stateAfter(order: Pick<Order, 'amount'>, reversedAmount: bigint): State {
  return reversedAmount === order.amount ? 'reversed' : 'partially_reversed';
}
