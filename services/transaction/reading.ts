// Reads orders. One whose outcome is not written yet is asked for at the ledger, so that what was answered as booked
// always reads as booked.
import type { Onwards } from '#chassis/call.ts';
import type { Context } from './context.ts';
import { booked } from './domain/words.ts';
import { type OrderRow, orderFrom, selectOrder } from './tables.ts';

/** An order as it is now, or undefined. */
export async function readOrder(context: Context, id: string, on: Onwards): Promise<OrderRow | undefined> {
  const [raw] = await context.database.query(selectOrder(id));
  return raw && asBooked(context, orderFrom(raw), on);
}

/** The order; a pending one as the ledger knows it. */
export async function asBooked(context: Context, order: OrderRow, on: Onwards): Promise<OrderRow> {
  if (order.state !== 'pending') return order;
  const booking = await context.ledger.find(order.journalId, on);
  return booking ? booked(order, booking) : order;
}
