// The statements of scoring: what is counted of payments, and what is known when an order comes. Every one on the path of an
// order, and of its events, writes or reads many rows.
import { type RawBuilder, sql } from 'kysely';
import { sqlArray } from '#chassis/sql-array.ts';

/** A payment that was booked. Times are milliseconds since the epoch. */
export interface Payment {
  readonly accountId: string;
  /** Minor units; of a transfer. Undefined: something else was paid from the account. */
  readonly transferred: bigint | undefined;
  readonly time: number;
  readonly isNight: boolean;
}

/** Counts payments. Rows are locked in the order of accounts, so that partitions that are worked side by side never wait for each other in a ring. */
export function countPayments(payments: readonly Payment[]): RawBuilder<unknown> {
  return sql`
    with paid as (${paid(payments)}), hours as (
      insert into account_hour (account_id, hour, transfers, total)
      select account, date_trunc('hour', time, 'UTC'), count(*), sum(amount) from paid where amount is not null
      group by 1, 2 order by 1, 2
      on conflict (account_id, hour) do update set transfers = account_hour.transfers + excluded.transfers,
        total = account_hour.total + excluded.total
    )
    insert into account_usage (account_id, transfers, total, night_transfers, last_time)
    select account, count(amount), coalesce(sum(amount), 0), count(amount) filter (where night), max(time) from paid
    group by 1 order by 1
    on conflict (account_id) do update set transfers = account_usage.transfers + excluded.transfers,
      total = account_usage.total + excluded.total,
      night_transfers = account_usage.night_transfers + excluded.night_transfers,
      last_time = greatest(account_usage.last_time, excluded.last_time)
  `;
}

function paid(payments: readonly Payment[]): RawBuilder<unknown> {
  return sql`
    select * from unnest(
      ${sqlArray(payments.map(({ accountId }) => accountId))}::text[],
      ${sqlArray(payments.map(({ transferred }) => transferred))}::bigint[],
      ${sqlArray(payments.map(({ time }) => new Date(time).toISOString()))}::timestamptz[],
      ${sqlArray(payments.map(({ isNight }) => isNight))}::boolean[]
    ) as p (account, amount, time, night)
  `;
}

/** Who has paid whom. */
export interface Paid {
  readonly payerId: string;
  readonly accountId: string;
}

/** Remembers whom somebody has paid. */
export function insertPayees(all: readonly Paid[]): RawBuilder<unknown> {
  return sql`
    insert into payee (payer_id, account_id)
    select distinct payer, account from unnest(
      ${sqlArray(all.map(({ payerId }) => payerId))}::text[],
      ${sqlArray(all.map(({ accountId }) => accountId))}::text[]
    ) as p (payer, account)
    order by 1, 2 on conflict do nothing
  `;
}

/** Remembers with what a customer, or a member of staff, logged in. */
export function insertDevice(partyId: string, hash: Buffer, time: Date): RawBuilder<unknown> {
  return sql`
    insert into device (customer_id, hash, first_time) values (${partyId}, ${hash}, ${time}) on conflict do nothing
  `;
}

/** Whether somebody has logged in with any device, and whether with this one. One that is not told has never been seen. */
export function selectDevices(partyId: string, hash: Buffer | null): RawBuilder<{ any: boolean; known: boolean }> {
  return sql<{ any: boolean; known: boolean }>`
    select count(*) > 0 as any, coalesce(bool_or(hash = ${hash}), false) as known from device where customer_id = ${partyId}
  `;
}

/** Forgets hours that nobody asks for any more. */
export function deleteHours(before: Date): RawBuilder<unknown> {
  return sql`delete from account_hour where hour < ${before}`;
}

/** An order, as far as it is looked up. */
export interface AskedOrder {
  readonly customerId: string;
  readonly debtorAccountId: string;
  readonly creditorAccountId: string;
  /** The hash of its device. Null: it is not told. */
  readonly device: Buffer | null;
}

/** What is known of an order: bigint as text, times in milliseconds since the epoch. */
export interface KnownRow {
  readonly transfers: string | null;
  readonly total: string | null;
  readonly nightTransfers: string | null;
  readonly lastMs: number | null;
  readonly hourTransfers: string | null;
  readonly dayTotal: string | null;
  readonly isPayeeKnown: boolean;
  readonly deviceMs: number | null;
  readonly firstDeviceMs: number | null;
  /** Of the policy in force; 0 when none was set. */
  readonly policyVersion: number;
}

/** What is known of orders, one row each, in their order. */
export function selectKnown(orders: readonly AskedOrder[], now: Date): RawBuilder<KnownRow> {
  return sql<KnownRow>`
    select u.transfers::text, u.total::text, u.night_transfers::text as "nightTransfers",
      (extract(epoch from u.last_time) * 1000)::float8 as "lastMs",
      h.transfers::text as "hourTransfers", h.total::text as "dayTotal",
      exists (select from payee p where p.payer_id in (o.customer, o.debtor) and p.account_id = o.creditor) as "isPayeeKnown",
      (select (extract(epoch from d.first_time) * 1000)::float8 from device d
        where d.customer_id = o.customer and d.hash = o.device) as "deviceMs",
      (select (extract(epoch from min(d.first_time)) * 1000)::float8 from device d
        where d.customer_id = o.customer) as "firstDeviceMs",
      coalesce((select max(version) from scoring_policy), 0) as "policyVersion"
    from unnest(
      ${sqlArray(orders.map(({ customerId }) => customerId))}::text[],
      ${sqlArray(orders.map(({ debtorAccountId }) => debtorAccountId))}::text[],
      ${sqlArray(orders.map(({ creditorAccountId }) => creditorAccountId))}::text[],
      ${sqlArray(orders.map(({ device }) => device))}::bytea[]
    ) with ordinality as o (customer, debtor, creditor, device, no)
    left join account_usage u on u.account_id = o.debtor
    cross join lateral (
      select sum(transfers) filter (where hour >= date_trunc('hour', ${now}::timestamptz, 'UTC') - interval '1 hour') as transfers,
        sum(total) as total
      from account_hour
      where account_id = o.debtor and hour >= date_trunc('hour', ${now}::timestamptz, 'UTC') - interval '24 hours'
    ) h
    order by o.no
  `;
}

/** The policy in force, if one was set. */
export function selectPolicy(): RawBuilder<{ version: number; policy: unknown }> {
  return sql<{ version: number; policy: unknown }>`
    select version, policy from scoring_policy order by version desc limit 1
  `;
}

/** Locks the policy until the transaction ends, so that changes follow each other. */
export function lockPolicy(): RawBuilder<unknown> {
  return sql`select pg_advisory_xact_lock(hashtextextended('scoring_policy', 0))`;
}

/** Puts a policy in force. */
export function insertPolicy(row: {
  version: number;
  policy: string;
  authorId: string;
  now: Date;
}): RawBuilder<unknown> {
  return sql`
    insert into scoring_policy (version, policy, author_id, create_time)
    values (${row.version}, ${row.policy}::jsonb, ${row.authorId}, ${row.now})
  `;
}
