// What orders use up of what may be taken: of the tiers of customers, of the bank's limits and of those that customers have set. Reserved in the
// commit that plans an order, and given back in the one that settles it as refused. What is held to nothing has no row here, and costs no statement.
import { type RawBuilder, sql } from 'kysely';
import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import type { Database } from '#chassis/database.ts';
import { fromMoney } from '#chassis/money.ts';
import { sqlArray } from '#chassis/sql-array.ts';
import type { OrderAuthorization } from '#gen/bank/account/v1/account_service_pb.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import { LimitChannel, PayeeClass } from '#gen/bank/transaction/v1/limit_pb.ts';
import type { Context } from './context.ts';
import { type Share, sharesOf } from './domain/limits.ts';
import { refuse } from './domain/refusals.ts';
import type { Order, Type } from './domain/words.ts';
import { selectKnown } from './payee-tables.ts';

/** What an order uses up. */
export interface Usage {
  /** YYYY-MM-DD: the open day. */
  readonly date: string;
  readonly shares: readonly Share[];
}

/** What reserves: an order, or a hold. */
type Reserving = Pick<Order, 'id' | 'currency' | 'amount'>;

type Allowed = Pick<
  OrderAuthorization,
  'dayAllowances' | 'debtorAccountId' | 'debtorPartyId' | 'creditorAccountId' | 'creditorPartyId'
>;

/** An order, as far as it is not what was authorised. */
interface ToUse {
  readonly currency: string;
  readonly type: Type;
  /** Whom of another bank it pays, as payees are known by. */
  readonly creditorAccountId?: string;
}

/** What an order that was authorised uses up on the open day; undefined where it is held to nothing. */
export async function usageOf(
  { clock, database, limits }: Pick<Context, 'clock' | 'database' | 'limits'>,
  allowed: Allowed,
  { currency, type, creditorAccountId }: ToUse,
  call: Call,
): Promise<Usage | undefined> {
  const { limits: inForce } = await limits.inForce();
  const { dayAllowances } = allowed;
  if (dayAllowances.length === 0 && inForce.length === 0) return undefined;
  const { openDate } = await clock.read();
  const date = openDate.toString();
  const ofTiers = dayAllowances.map(({ customerId, amount }): Share => {
    const amountMax = fromMoney(amount ?? { currencyCode: '', amount: '' }).minor;
    return { subject: customerId, period: 'day', date, amountMax, countMax: null, code: '', customerId: '' };
  });
  const customerId = call.principal?.audience === Audience.CHANNEL ? call.principal.partyId : allowed.debtorPartyId;
  const payeeClass = classOf(allowed, type);
  const order = {
    customerId,
    accountId: allowed.debtorAccountId,
    currency,
    channel: channelOf(call, type),
    payeeClass,
    newPayee: await isNew(payeeClass),
  };
  const shares = [...ofTiers, ...sharesOf(inForce, order, openDate)];
  return shares.length > 0 ? { date, shares } : undefined;

  /** Asked only where a limit does. */
  async function isNew(payee: PayeeClass): Promise<boolean> {
    if (payee !== PayeeClass.IN_BANK && payee !== PayeeClass.OTHER_BANK) return false;
    if (!inForce.some((limit) => limit.payeeClass === PayeeClass.NEW)) return false;
    const [answer] = await database.query(selectKnown(customerId, creditorAccountId ?? allowed.creditorAccountId));
    return !answer?.known;
  }
}

function channelOf({ caller, principal }: Call, type: Type): LimitChannel {
  if (type === 'card_payment') return LimitChannel.CARD;
  if (type === 'cheque_payment') return LimitChannel.CHEQUE;
  if (caller === 'integration-inbound') return LimitChannel.FILE;
  if (caller === 'transaction') return LimitChannel.SCHEDULED;
  return principal?.audience === Audience.STAFF ? LimitChannel.BRANCH : LimitChannel.SELF_SERVICE;
}

function classOf({ debtorPartyId, creditorPartyId }: Allowed, type: Type): PayeeClass {
  if (type === 'outgoing_transfer') return PayeeClass.OTHER_BANK;
  if (type !== 'transfer') return PayeeClass.UNSPECIFIED;
  return debtorPartyId === creditorPartyId ? PayeeClass.OWN : PayeeClass.IN_BANK;
}

/**
 * Reserves what an order uses up, with one statement that counts it: the next order of the batch finds it counted. Refuses
 * TIER_DAY_LIMIT_EXCEEDED or LIMIT_EXCEEDED, and has written nothing then.
 */
export async function reserve(
  tx: Pick<CommandTx, 'query'>,
  order: Reserving,
  { shares }: Pick<Usage, 'shares'>,
): Promise<void> {
  const counted = new Set((await tx.query(insertReservations(order, shares))).map(({ subject }) => subject));
  const exceeded = shares.find(({ subject }) => !counted.has(subject));
  if (!exceeded) return;
  // The others had enough left.
  if (counted.size > 0) await tx.query(settleReservations([{ id: order.id, bookingDate: null }]));
  throw exceeded.code === '' ? refuse('TIER_DAY_LIMIT_EXCEEDED') : refuse('LIMIT_EXCEEDED', { limit: exceeded.code });
}

/** Takes a place among the free ones, once, if one is left: given back as whatever is reserved is. */
export async function takeFree(
  tx: Pick<CommandTx, 'query'>,
  { id, currency }: Pick<Reserving, 'id' | 'currency'>,
  place: Share,
): Promise<boolean> {
  const taken = await tx.query(insertReservations({ id, currency, amount: 1n }, [place]));
  return taken.length > 0;
}

/**
 * Counts an order under each subject under which there is enough left, and answers these. What a customer has set counts where it is lower. What is of
 * the order alone is only looked at.
 */
function insertReservations(
  { id, currency, amount }: Reserving,
  shares: readonly Share[],
): RawBuilder<{ subject: string }> {
  return sql<{ subject: string }>`
    with asked as (
      select a.subject, a.period, a.date, least(a.amount_max, o.amount) as amount_max, a.count_max
      from unnest(
        ${sqlArray(shares.map(({ subject }) => subject))}::text[],
        ${sqlArray(shares.map(({ period }) => period))}::text[],
        ${sqlArray(shares.map(({ date }) => date))}::date[],
        ${sqlArray(shares.map(({ amountMax }) => String(amountMax)))}::bigint[],
        ${sqlArray(shares.map(({ countMax }) => countMax))}::integer[],
        ${sqlArray(shares.map(({ code }) => code))}::text[],
        ${sqlArray(shares.map(({ customerId }) => customerId))}::text[]
      ) as a (subject, period, date, amount_max, count_max, code, customer_id)
      left join ${OWN} o on o.customer_id = a.customer_id and o.code = a.code and o.currency = ${currency}
    ), fits as (
      select * from asked where ${amount}::bigint <= amount_max
    ), counted as (
      insert into limit_usage as u (subject, period, date, currency, amount, count, amount_max, count_max)
      select subject, period, date, ${currency}, ${amount}::bigint, 1, amount_max, count_max from fits
      where period <> 'transaction' order by subject, period, date
      on conflict (subject, period, date, currency) do update set amount = u.amount + excluded.amount, count = u.count + 1,
        amount_max = excluded.amount_max, count_max = excluded.count_max
      where u.amount + excluded.amount <= excluded.amount_max
        and (excluded.count_max is null or u.count < excluded.count_max)
      returning subject, period, date
    ), reserved as (
      insert into limit_reservation (transaction_id, subject, period, date, currency, amount)
      select ${id}, subject, period, date, ${currency}, ${amount}::bigint from counted
    )
    select subject from counted union all select subject from fits where period = 'transaction'
  `;
}

/** What customers have set, as it counts now. */
export const OWN: RawBuilder<unknown> = sql`(
  select customer_id, code, currency,
    case when next_time <= clock_timestamp() then next_amount else amount end as amount,
    case when next_time > clock_timestamp() then next_amount end as next_amount,
    case when next_time > clock_timestamp() then next_time end as next_time
  from own_limit
)`;

/** What may come back as a whole: a payment to another bank, and what was asked by a card. */
const MAY_COME_BACK: readonly (Type | undefined)[] = ['outgoing_transfer', 'card_payment'];

/** What is settled: an order, a hold, or what was asked by a card. */
type Settled = Pick<Order, 'id' | 'bookingDate'> & Partial<Pick<Order, 'type' | 'state'>>;

/**
 * Gives back what refused orders have reserved; what was booked on another day than it was ordered on counts for that. What may come back keeps what it
 * has reserved, so that it can be given back then, unless it was booked later. Each row is changed once: one statement
 * does not change a row a second time.
 */
export function settleReservations(orders: readonly Settled[]): RawBuilder<unknown> {
  return sql`
    with settled as (
      select * from unnest(
        ${sqlArray(orders.map(({ id }) => id))}::text[],
        ${sqlArray(orders.map(({ bookingDate }) => bookingDate))}::date[],
        ${sqlArray(orders.map(({ type, state }) => MAY_COME_BACK.includes(type) && state === 'posted'))}::boolean[]
      ) as s (id, booking_date, keeps)
    ), gone as (
      delete from limit_reservation r using settled s
      where r.transaction_id = s.id and not (s.keeps and date_trunc(r.period, s.booking_date)::date = r.date)
      returning r.subject, r.period, r.date, r.currency, r.amount,
        date_trunc(r.period, s.booking_date)::date as to_date
    ), changes as (
      select subject, period, date, currency, sum(amount)::bigint as amount, sum(count)::integer as count from (
        select subject, period, date, currency, -amount as amount, -1 as count from gone where to_date is distinct from date
        union all
        select subject, period, to_date, currency, amount, 1 from gone where to_date <> date
      ) c group by subject, period, date, currency
    ), changed as (
      update limit_usage u set amount = u.amount + c.amount, count = greatest(u.count + c.count, 0) from changes c
      where u.subject = c.subject and u.period = c.period and u.date = c.date and u.currency = c.currency
      returning u.subject, u.period, u.date, u.currency
    )
    insert into limit_usage as u (subject, period, date, currency, amount, count)
    select subject, period, date, currency, amount, count from changes
    -- Of a period that is forgotten nothing is given back.
    where amount > 0 and (subject, period, date, currency) not in (select subject, period, date, currency from changed)
    order by subject, period, date, currency
    on conflict (subject, period, date, currency) do update set amount = u.amount + excluded.amount, count = u.count + excluded.count
  `;
}

/** Gives back what a payment has reserved that has come back, once. */
export async function giveBack(database: Pick<Database, 'query'>, transactionId: string): Promise<void> {
  await database.query(settleReservations([{ id: transactionId, bookingDate: null }]));
}

/** Gives back of what something has reserved and kept all that is more than what is left of it: it came back in part. */
export function giveBackBut(id: string, left: string): RawBuilder<unknown> {
  return sql`
    with given as (
      select subject, period, date, currency, amount - ${left}::bigint as amount
      from limit_reservation where transaction_id = ${id} and amount > ${left}::bigint
    ), kept as (
      update limit_reservation set amount = ${left}::bigint where transaction_id = ${id} and amount > ${left}::bigint
    )
    update limit_usage u set amount = u.amount - g.amount from given g
    where u.subject = g.subject and u.period = g.period and u.date = g.date and u.currency = g.currency
  `;
}
