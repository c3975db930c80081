// Reads orders. One whose outcome is not written yet is asked for at the ledger, so that what was answered as booked
// always reads as booked.
import type { Onwards } from '#chassis/call.ts';
import type { Context } from './context.ts';
import { booked } from './domain/words.ts';
import { type OrderRow, orderFrom, selectOrder, selectOrdersOf } from './tables.ts';

/** An order as it is now, or undefined. */
export async function readOrder(context: Context, id: string, on: Onwards): Promise<OrderRow | undefined> {
  const [raw] = await context.database.query(selectOrder(id));
  return raw && asBooked(context, orderFrom(raw), on);
}

/** Orders as they are now, by their ids; those that do not exist are left out. */
export async function readOrders(
  context: Context,
  ids: readonly string[],
  on: Onwards,
): Promise<ReadonlyMap<string, OrderRow>> {
  const raw = ids.length === 0 ? [] : await context.database.query(selectOrdersOf(ids));
  const orders = await Promise.all(raw.map((one) => asBooked(context, orderFrom(one), on)));
  return new Map(orders.map((order) => [order.id, order]));
}

/** The order; a pending one as the ledger knows it. */
export async function asBooked(context: Context, order: OrderRow, on: Onwards): Promise<OrderRow> {
  if (order.state !== 'pending') return order;
  const booking = await context.ledger.find(order.journalId, on);
  return booking ? booked(order, booking) : order;
}
