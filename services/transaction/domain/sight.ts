// What somebody may see of an order.
import type { Order } from './words.ts';

/**
 * The order as it looks to one who sees these accounts, or undefined when it is none of theirs. Who only pays sees all
 * of it; who is only paid by another sees it once it is booked, and not what it cost the payer: that a payment to them
 * failed, and why, is the payer's own affair.
 */
export function asSeenFrom<O extends Order>(order: O, seen: ReadonlySet<string>): O | undefined {
  const { debtorAccountId, creditorAccountId, state } = order;
  if (debtorAccountId !== null && seen.has(debtorAccountId)) return order;
  if (creditorAccountId === null || !seen.has(creditorAccountId)) return undefined;
  if (debtorAccountId === null) return order;
  return state === 'pending' || state === 'refused' ? undefined : { ...order, fees: [] };
}
