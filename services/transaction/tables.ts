// The tables of the transaction service, and the statements of the path of money: every one writes or reads many rows.
// No entity of MikroORM stands on that path, and nothing else is kept here.
import { type RawBuilder, sql } from 'kysely';
import type { Entities } from '#chassis/database.ts';
import { deriveId } from '#chassis/id.ts';
import { sqlArray } from '#chassis/sql-array.ts';
import type { Change, Order, State, Type } from './domain/words.ts';
import { isTold } from './untold-tables.ts';

export const entities: Entities = [];

/** An order with what is personal about it, sealed; null when nothing is. */
export interface OrderRow extends Order {
  readonly particulars: Buffer | null;
}

/** Writes new orders: pending ones, and history, which is settled when it is first written. */
export function insertOrders(orders: readonly OrderRow[]): RawBuilder<unknown> {
  return sql`
    insert into transaction (id, journal_id, type, state, debtor_account_id, creditor_account_id, party_id, currency, amount,
      fees, particulars, booking_date, value_date, reversed_id, external_reference, hold_id, revision, create_time)
    select id, journal, type, state, debtor, creditor, party, currency, amount, fees::bigint[], particulars, booking_date,
      value_date, reversed, reference, hold, revision, create_time
    from unnest(
      ${sqlArray(orders.map(({ id }) => id))}::text[],
      ${sqlArray(orders.map(({ id, journalId }) => (journalId === deriveId('jnl', id) ? null : journalId)))}::text[],
      ${sqlArray(orders.map(({ type }) => type))}::text[],
      ${sqlArray(orders.map(({ state }) => state))}::text[],
      ${sqlArray(orders.map(({ debtorAccountId }) => debtorAccountId))}::text[],
      ${sqlArray(orders.map(({ creditorAccountId }) => creditorAccountId))}::text[],
      ${sqlArray(orders.map(({ partyId }) => partyId))}::text[],
      ${sqlArray(orders.map(({ currency }) => currency))}::text[],
      ${sqlArray(orders.map(({ amount }) => amount))}::bigint[],
      ${sqlArray(orders.map(({ fees }) => `{${fees.join(',')}}`))}::text[],
      ${sqlArray(orders.map(({ particulars }) => particulars))}::bytea[],
      ${sqlArray(orders.map(({ bookingDate }) => bookingDate))}::date[],
      ${sqlArray(orders.map(({ valueDate }) => valueDate))}::date[],
      ${sqlArray(orders.map(({ reversedId }) => reversedId))}::text[],
      ${sqlArray(orders.map(({ externalReference }) => externalReference))}::text[],
      ${sqlArray(orders.map(({ holdId }) => holdId))}::text[],
      ${sqlArray(orders.map(({ changes }) => changes.length))}::integer[],
      ${sqlArray(orders.map(({ createTime }) => new Date(createTime).toISOString()))}::timestamptz[]
    ) as o (id, journal, type, state, debtor, creditor, party, currency, amount, fees, particulars, booking_date, value_date,
      reversed, reference, hold, revision, create_time)
  `;
}

/** Logs the first change of orders that are settled when they are first written. */
export function insertFirstChanges(orders: readonly OrderRow[]): RawBuilder<unknown> {
  const changes = orders.map(({ changes }) => changes[0] as Change);
  return sql`
    insert into state_change (transaction_id, no, state, change_time, reason)
    select id, 1, state, change_time, reason
    from unnest(
      ${sqlArray(orders.map(({ id }) => id))}::text[],
      ${sqlArray(changes.map(({ state }) => state))}::text[],
      ${sqlArray(changes.map(({ time }) => new Date(time).toISOString()))}::timestamptz[],
      ${sqlArray(changes.map(({ reason }) => reason))}::text[]
    ) as c (id, state, change_time, reason)
  `;
}

/** Writes what became of orders, logs it as their last change, and notes of what is booked that account is to be told more of it. */
export function settleOrders(orders: readonly OrderRow[]): RawBuilder<unknown> {
  const changes = orders.map(({ changes }) => changes.at(-1) as Change);
  return sql`
    with settled as (
      select * from unnest(
        ${sqlArray(orders.map(({ id }) => id))}::text[],
        ${sqlArray(orders.map(({ state }) => state))}::text[],
        ${sqlArray(orders.map(({ bookingDate }) => bookingDate))}::date[],
        ${sqlArray(orders.map(({ valueDate }) => valueDate))}::date[],
        ${sqlArray(changes.map(({ time }) => new Date(time).toISOString()))}::timestamptz[],
        ${sqlArray(changes.map(({ reason }) => reason))}::text[],
        ${sqlArray(orders.map(({ changes }) => changes.length))}::integer[],
        ${sqlArray(orders.map(isTold))}::boolean[]
      ) as s (id, state, booking_date, value_date, change_time, reason, revision, told)
    ), logged as (
      insert into state_change (transaction_id, no, state, change_time, reason)
      select id, revision, state, change_time, reason from settled
    ), untold as (
      insert into untold_particulars (transaction_id, booking_date)
      select id, booking_date from settled where state = 'posted' and told
      on conflict do nothing
    )
    update transaction t
    set state = s.state, booking_date = s.booking_date, value_date = s.value_date, revision = s.revision
    from settled s where t.id = s.id
  `;
}

/** Writes on a booked order how much of it is undone, and logs it. */
export function reverseOrder(
  order: Pick<Order, 'id' | 'state' | 'reversedAmount'>,
  revision: number,
  time: number,
): RawBuilder<unknown> {
  const { id, state, reversedAmount } = order;
  return sql`
    with logged as (
      insert into state_change (transaction_id, no, state, change_time)
      values (${id}, ${revision}, ${state}, ${new Date(time).toISOString()}::timestamptz)
    )
    update transaction
    set state = ${state}, reversed_amount = ${reversedAmount}::bigint, revision = ${revision}
    where id = ${id}
  `;
}

/** An order as the database answers it: bigint as text, times in milliseconds. */
export interface RawOrder {
  id: string;
  journalId: string | null;
  type: Type;
  state: State;
  debtorAccountId: string | null;
  creditorAccountId: string | null;
  partyId: string;
  currency: string;
  amount: string;
  fees: string;
  particulars: Buffer | null;
  bookingDate: string | null;
  valueDate: string | null;
  reversedId: string | null;
  reversedAmount: string;
  externalReference: string | null;
  holdId: string | null;
  revision: number;
  createTime: string;
  changes: Change[] | null;
}

/** The columns of an order from a transaction `t`, for `orderFrom`. */
export const ORDER_COLUMNS = sql`
  t.id, t.journal_id as "journalId", t.type, t.state, t.debtor_account_id as "debtorAccountId", t.creditor_account_id as "creditorAccountId",
  t.party_id as "partyId", t.currency, t.amount::text, array_to_string(t.fees, ',') as fees, t.particulars,
  t.booking_date::text as "bookingDate", t.value_date::text as "valueDate", t.reversed_id as "reversedId",
  t.reversed_amount::text as "reversedAmount", t.external_reference as "externalReference", t.hold_id as "holdId", t.revision,
  floor(extract(epoch from t.create_time) * 1000)::text as "createTime",
  (
    select json_agg(
      json_build_object(
        'state', c.state, 'time', floor(extract(epoch from c.change_time) * 1000), 'reason', c.reason
      ) order by c.no
    )
    from state_change c where c.transaction_id = t.id
  ) as changes
`;

/** An order by its id. */
export function selectOrder(id: string): RawBuilder<RawOrder> {
  return sql<RawOrder>`select ${ORDER_COLUMNS} from transaction t where t.id = ${id}`;
}

/** Orders by their ids; those that do not exist are left out. */
export function selectOrdersOf(ids: readonly string[]): RawBuilder<RawOrder> {
  return sql<RawOrder>`select ${ORDER_COLUMNS} from transaction t where t.id = any(${sqlArray(ids)}::text[])`;
}

/** An order by its id, locked until the transaction ends. */
export function lockOrder(id: string): RawBuilder<RawOrder> {
  return sql<RawOrder>`select ${ORDER_COLUMNS} from transaction t where t.id = ${id} for no key update of t`;
}

/** Whether a reversal of this order is on its way. */
export function selectPendingReversals(id: string): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`select id from transaction where reversed_id = ${id} and state = 'pending'`;
}

/** The accounts of orders. Ids that do not exist are left out. */
export function selectParties(
  ids: readonly string[],
): RawBuilder<Pick<Order, 'id' | 'debtorAccountId' | 'creditorAccountId'>> {
  return sql`
    select id, debtor_account_id as "debtorAccountId", creditor_account_id as "creditorAccountId"
    from transaction where id = any(${ids})
  `;
}

/** Which orders a page shows, newest first. */
export interface OrderFilter {
  readonly accountId: string | undefined;
  /** Only those between the account and this one. */
  readonly counterpartyAccountId: string | undefined;
  /** Only these. */
  readonly ids?: readonly string[];
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** Pending orders are read as well, whatever the filter says of booking: they may be booked already. */
  readonly states: readonly State[];
  readonly currency: string | undefined;
  readonly minimum: bigint | undefined;
  readonly maximum: bigint | undefined;
  readonly after: string | undefined;
  readonly limit: number;
}

/** A page of orders. Of an account, those that take from it and those that pay to it are found by an index each. */
export function selectOrders(filter: OrderFilter): RawBuilder<RawOrder> {
  return sql<RawOrder>`
    select ${ORDER_COLUMNS} from (${found(filter, sql`t.*`)}) t order by t.id desc limit ${filter.limit}
  `;
}

/** The sealed texts of orders, of those that have any, newest first. */
export function selectParticulars(filter: OrderFilter): RawBuilder<Pick<RawOrder, 'id' | 'particulars'>> {
  return sql<Pick<RawOrder, 'id' | 'particulars'>>`
    select id, particulars from (${found(filter, sql`t.id, t.particulars`, [sql`t.particulars is not null`])}) t
    order by t.id desc limit ${filter.limit}
  `;
}

function found(
  filter: OrderFilter,
  columns: RawBuilder<unknown>,
  more: readonly RawBuilder<unknown>[] = [],
): RawBuilder<unknown> {
  const { accountId, counterpartyAccountId, limit } = filter;
  const where = sql.join([...conditions(filter), ...more], sql` and `);
  const newest = sql`order by t.id desc limit ${limit}`;
  if (accountId === undefined) return sql`select ${columns} from transaction t where ${where} ${newest}`;
  const side = (one: RawBuilder<unknown>, other: RawBuilder<unknown>) => sql`
    (select ${columns} from transaction t where ${one} = ${accountId}
      and ${counterpartyAccountId === undefined ? sql`true` : sql`${other} = ${counterpartyAccountId}`}
      and ${where} ${newest})
  `;
  const [debtor, creditor] = [sql`t.debtor_account_id`, sql`t.creditor_account_id`];
  return sql`${side(debtor, creditor)} union all ${side(creditor, debtor)}`;
}

function conditions({ ids, from, to, states, currency, minimum, maximum, after }: OrderFilter): RawBuilder<unknown>[] {
  const all: RawBuilder<unknown>[] = [sql`true`];
  if (ids !== undefined) all.push(sql`t.id = any(${ids})`);
  if (after !== undefined) all.push(sql`t.id < ${after}`);
  if (states.length > 0) all.push(sql`t.state = any(${states})`);
  if (from !== undefined) all.push(sql`(t.booking_date >= ${from}::date or t.state = 'pending')`);
  if (to !== undefined) all.push(sql`(t.booking_date <= ${to}::date or t.state = 'pending')`);
  if (currency !== undefined) all.push(sql`t.currency = ${currency}`);
  if (minimum !== undefined) all.push(sql`t.amount >= ${minimum}::bigint`);
  if (maximum !== undefined) all.push(sql`t.amount <= ${maximum}::bigint`);
  return all;
}

/** The order in a row, and how often it has changed. */
export function orderFrom({ revision, ...raw }: RawOrder): OrderRow & { readonly revision: number } {
  return {
    ...raw,
    revision,
    journalId: raw.journalId ?? deriveId('jnl', raw.id),
    amount: BigInt(raw.amount),
    fees: raw.fees === '' ? [] : raw.fees.split(',').map(BigInt),
    reversedAmount: BigInt(raw.reversedAmount),
    createTime: Number(raw.createTime),
    changes: raw.changes ?? [],
  };
}
