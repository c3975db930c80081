// What customers of tiers use up on a day of what they may take from their accounts: reserved in the commit that plans an order, and given
// back in the one that settles it as refused. Who may take any amount has no row here, and costs no statement.
import { type RawBuilder, sql } from 'kysely';
import type { CommandTx } from '#chassis/command.ts';
import { fromMoney } from '#chassis/money.ts';
import { sqlArray } from '#chassis/sql-array.ts';
import type { OrderAuthorization } from '#gen/bank/account/v1/account_service_pb.ts';
import type { Context } from './context.ts';
import { refuse } from './domain/refusals.ts';
import type { Order } from './domain/words.ts';

/** What an order uses up: on which day, and how much each customer may. */
export interface DayUsage {
  /** YYYY-MM-DD. */
  readonly date: string;
  readonly allowances: readonly { readonly customerId: string; readonly limit: bigint }[];
}

/** What reserves: an order, or a hold. */
type Reserving = Pick<Order, 'id' | 'currency' | 'amount'>;

/** What an order that was authorised uses up on the open day; undefined where everybody may take any amount. */
export async function usageOf(
  { clock }: Pick<Context, 'clock'>,
  { dayAllowances }: Pick<OrderAuthorization, 'dayAllowances'>,
): Promise<DayUsage | undefined> {
  if (dayAllowances.length === 0) return undefined;
  const { openDate } = await clock.read();
  const allowances = dayAllowances.map(({ customerId, amount }) => ({
    customerId,
    limit: fromMoney(amount ?? { currencyCode: '', amount: '' }).minor,
  }));
  return { date: openDate.toString(), allowances };
}

/**
 * Reserves what an order uses up, with one statement for each customer, which counts it or writes nothing: the next order of the batch finds it
 * counted. Refuses TIER_DAY_LIMIT_EXCEEDED, and has written nothing then.
 */
export async function reserve(
  tx: Pick<CommandTx, 'query'>,
  { id, currency, amount }: Reserving,
  { date, allowances }: DayUsage,
): Promise<void> {
  for (const [done, { customerId, limit }] of allowances.entries()) {
    const [reserved] =
      amount > limit ? [] : await tx.query(insertReservation({ id, customerId, date, currency, amount, limit }));
    if (reserved) continue;
    // Of several owners, the others have enough left.
    if (done > 0) await tx.query(settleReservations([{ id, bookingDate: null }]));
    throw refuse('TIER_DAY_LIMIT_EXCEEDED');
  }
}

/** Counts an order of a customer, and answers it; answers nothing, and counts nothing, where it would be more than the limit. */
function insertReservation(one: {
  id: string;
  customerId: string;
  date: string;
  currency: string;
  amount: bigint;
  limit: bigint;
}): RawBuilder<{ id: string }> {
  const { id, customerId, date, currency, amount, limit } = one;
  return sql<{ id: string }>`
    with counted as (
      insert into day_usage as u (customer_id, date, currency, amount)
      values (${customerId}, ${date}::date, ${currency}, ${amount}::bigint)
      on conflict (customer_id, date, currency) do update set amount = u.amount + excluded.amount
      where u.amount + excluded.amount <= ${limit}::bigint
      returning customer_id
    )
    insert into day_reservation (transaction_id, customer_id, date, currency, amount)
    select ${id}, customer_id, ${date}::date, ${currency}, ${amount}::bigint from counted
    returning transaction_id as id
  `;
}

/**
 * Gives back what refused orders have reserved; what was booked on another day than it was ordered on counts for that. Each row is
 * changed once: one statement does not change a row a second time.
 */
export function settleReservations(
  orders: readonly { readonly id: string; readonly bookingDate: string | null }[],
): RawBuilder<unknown> {
  return sql`
    with settled as (
      select * from unnest(
        ${sqlArray(orders.map(({ id }) => id))}::text[],
        ${sqlArray(orders.map(({ bookingDate }) => bookingDate))}::date[]
      ) as s (id, booking_date)
    ), gone as (
      delete from day_reservation r using settled s where r.transaction_id = s.id
      returning r.customer_id, r.date, r.currency, r.amount, s.booking_date
    ), changes as (
      select customer_id, date, currency, sum(amount)::bigint as amount from (
        select customer_id, date, currency, -amount as amount from gone where booking_date is distinct from date
        union all
        select customer_id, booking_date, currency, amount from gone where booking_date <> date
      ) c group by customer_id, date, currency
    ), changed as (
      update day_usage u set amount = u.amount + c.amount from changes c
      where u.customer_id = c.customer_id and u.date = c.date and u.currency = c.currency
      returning u.customer_id, u.date, u.currency
    )
    insert into day_usage as u (customer_id, date, currency, amount)
    select customer_id, date, currency, amount from changes
    where (customer_id, date, currency) not in (select customer_id, date, currency from changed)
    order by customer_id, date, currency
    on conflict (customer_id, date, currency) do update set amount = u.amount + excluded.amount
  `;
}
