// The bank's limits that are in force, in memory, so that an order that none applies to asks for nothing; and those that customers have set.
import { fromJson, type JsonObject, type MessageInitShape, toJson } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type RawBuilder, sql } from 'kysely';
import type { Database } from '#chassis/database.ts';
import { toMoney } from '#chassis/money.ts';
import {
  type CustomerLimitSchema,
  type Limit,
  type LimitSet,
  LimitSetSchema,
} from '#gen/bank/transaction/v1/limit_pb.ts';
import { shareOf } from './domain/limits.ts';
import { OWN } from './usage.ts';

/** Where the limits in force are had from. */
export interface Limits {
  /** Those that this process has read last. */
  inForce(): Promise<Pick<LimitSet, 'version' | 'limits' | 'coolingOffHours' | 'payeeCoolingOffHours'>>;
  /** Reads them anew: what another process has published counts from then on. */
  refresh(): Promise<void>;
}

/** Before no version. */
export const NEWEST = 2 ** 31 - 1;
const NONE = { version: 0, limits: [], coolingOffHours: 0 } as const;

/** Keeps the limits of a database. Nobody orders anything before they are read once. */
export function limitsOf({ database }: { readonly database: Database }): Limits {
  let read: ReturnType<Limits['inForce']> | undefined;
  const load = async () => (await currentLimits(database)) ?? { ...NONE, limits: [] };
  return {
    inForce() {
      if (read) return read;
      const reading = load();
      read = reading;
      // What could not be read is read again by the next who asks.
      reading.catch(() => {
        if (read === reading) read = undefined;
      });
      return reading;
    },
    async refresh() {
      const set = await load();
      read = Promise.resolve(set);
    },
  };
}

interface SetRow {
  readonly version: number;
  readonly terms: JsonObject;
  readonly authorId: string;
  readonly approverId: string;
  readonly createMs: number;
}

/** Versions of the limits up to before one, newest first. */
export function selectLimitSets(before: number, limit: number): RawBuilder<SetRow> {
  return sql<SetRow>`
    select version, terms, author_id as "authorId", approver_id as "approverId",
      floor(extract(epoch from create_time) * 1000)::float8 as "createMs"
    from limit_set where version < ${before} order by version desc limit ${limit}
  `;
}

/** A version of the limits as the contract has it. */
export function limitSetFrom({ terms, version, authorId, approverId, createMs }: SetRow): LimitSet {
  const set = fromJson(LimitSetSchema, terms);
  return Object.assign(set, { version, authorId, approverId, createTime: timestampFromMs(createMs) });
}

/** The limits in force; undefined where none were ever published. */
export async function currentLimits(reader: {
  query<Row>(statement: RawBuilder<Row>): Promise<Row[]>;
}): Promise<LimitSet | undefined> {
  const [row] = await reader.query(selectLimitSets(NEWEST, 1));
  return row && limitSetFrom(row);
}

/** Two who publish limits wait for each other. */
export function lockLimitSets(): RawBuilder<unknown> {
  return sql`select pg_advisory_xact_lock(7239483)`;
}

/** Puts limits in force. */
export function insertLimitSet(set: LimitSet, createMs: number): RawBuilder<unknown> {
  const { version, authorId, approverId, createTime: _known, ...terms } = set;
  const json = toJson(LimitSetSchema, { ...terms, version: 0, authorId: '', approverId: '' });
  return sql`
    insert into limit_set (version, terms, author_id, approver_id, create_time)
    values (${version}, ${JSON.stringify(json)}::jsonb, ${authorId}, ${approverId}, ${new Date(createMs)})
  `;
}

/** What a customer has set of a limit, as it counts now. */
export interface OwnRow {
  readonly code: string;
  readonly currency: string;
  readonly amount: string;
  readonly nextAmount: string | null;
  readonly nextMs: number | null;
}

/** What a customer has set. */
export function selectOwn(customerId: string): RawBuilder<OwnRow> {
  return sql<OwnRow>`
    select code, currency, amount::text, next_amount::text as "nextAmount",
      floor(extract(epoch from next_time) * 1000)::float8 as "nextMs"
    from ${OWN} o where customer_id = ${customerId}
  `;
}

/** Locks what a customer has set until the transaction ends, so that changes follow each other. */
export function lockOwn(customerId: string): RawBuilder<unknown> {
  return sql`select pg_advisory_xact_lock(hashtextextended(${`own_limit ${customerId}`}, 0))`;
}

/** Writes what a customer has set of a limit. */
export function saveOwn(customerId: string, own: OwnRow): RawBuilder<unknown> {
  const { code, currency, amount, nextAmount, nextMs } = own;
  return sql`
    insert into own_limit (customer_id, code, currency, amount, next_amount, next_time)
    values (${customerId}, ${code}, ${currency}, ${amount}::bigint, ${nextAmount}::bigint,
      ${nextMs === null ? null : new Date(nextMs)})
    on conflict (customer_id, code) do update set currency = excluded.currency, amount = excluded.amount,
      next_amount = excluded.next_amount, next_time = excluded.next_time
  `;
}

interface UsedRow {
  readonly subject: string;
  readonly amount: string;
  readonly count: number;
}

/** What is used of a customer's limits in the periods that a date is in, by the limits' codes. */
export async function usedOf(
  database: Pick<Database, 'query'>,
  limits: readonly Limit[],
  customerId: string,
  today: Temporal.PlainDate,
): Promise<ReadonlyMap<string, UsedRow>> {
  const shares = limits.map((limit) => ({ limit, ...shareOf(limit, { customerId, accountId: '' }, today) }));
  const rows = await Promise.all(
    shares.map(({ subject, period, date, limit }) =>
      database.query(sql<UsedRow>`
        select subject, amount::text, count from limit_usage
        where subject = ${subject} and period = ${period} and date = ${date}::date and currency = ${limit.amount?.currencyCode ?? ''}
      `),
    ),
  );
  return new Map(rows.flat().map((row) => [row.subject.split('/')[0] ?? '', row]));
}

/** A limit as it is for a customer. */
export function customerLimit(
  limit: Limit,
  own: OwnRow | undefined,
  used: UsedRow | undefined,
): MessageInitShape<typeof CustomerLimitSchema> {
  const currency = limit.amount?.currencyCode ?? '';
  const money = (minor: string) => toMoney({ currency, minor: BigInt(minor) });
  // What was set of a limit in another currency is of one that was.
  const set = own?.currency === currency ? own : undefined;
  return {
    limit,
    ...(set && { ownAmount: money(set.amount) }),
    ...(set?.nextAmount && set.nextMs && { nextAmount: money(set.nextAmount), nextTime: timestampFromMs(set.nextMs) }),
    usedAmount: money(used?.amount ?? '0'),
    usedCount: used?.count ?? 0,
  };
}
