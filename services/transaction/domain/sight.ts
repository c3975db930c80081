// What somebody may see of an order.
import type { Order, State } from './words.ts';

const BOOKED: readonly State[] = ['posted', 'partially_reversed', 'reversed'];

/**
 * The order as it looks to one who sees these accounts, or undefined when it is none of theirs. Who only pays sees all
 * of it; who is only paid by another sees it once it is booked, and not what it cost the payer, nor whether
 * it was held before: that a payment to them failed or was looked at, and why, is not their affair.
 */
export function asSeenFrom<O extends Order>(order: O, seen: ReadonlySet<string>): O | undefined {
  const { debtorAccountId, creditorAccountId, state } = order;
  if (debtorAccountId !== null && seen.has(debtorAccountId)) return order;
  if (creditorAccountId === null || !seen.has(creditorAccountId)) return undefined;
  if (debtorAccountId === null) return order;
  if (!BOOKED.includes(state)) return undefined;
  return { ...order, fees: [], changes: order.changes.filter((change) => BOOKED.includes(change.state)) };
}
