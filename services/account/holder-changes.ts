// How the holders of an account change: the list as it was is kept beside the one that it became.
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type RawBuilder, sql } from 'kysely';
import { sqlArray } from '#chassis/sql-array.ts';
import { type HolderChange, HolderChangeSchema } from '#gen/bank/account/v1/account_pb.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { holdersMessage } from './accounts.ts';
import type { Holding } from './domain/holders.ts';

/** A change of holders, as it stands in the table. */
export interface HolderChangeRow {
  readonly accountId: string;
  readonly version: number;
  readonly before: readonly Holding[];
  readonly after: readonly Holding[];
  readonly businessDate: string;
  readonly authorId: string;
  readonly approverId: string;
}

/** Writes the holders of an account that has none. */
export function insertHolders(accountId: string, holders: readonly Holding[]): RawBuilder<unknown> {
  return sql`
    insert into holder (account_id, customer_id, role, position)
    select ${accountId}, h.id, h.role, h.place - 1
    from unnest(
      ${sqlArray(holders.map(({ customerId }) => customerId))}::text[],
      ${sqlArray(holders.map(({ role }) => role))}::text[]
    ) with ordinality as h (id, role, place)
  `;
}

/** Deletes the holders of an account, before others take their places. */
export function deleteHolders(accountId: string): RawBuilder<unknown> {
  return sql`delete from holder where account_id = ${accountId}`;
}

/** Writes down that holders changed. */
export function insertHolderChange(row: HolderChangeRow): RawBuilder<unknown> {
  const { accountId, version, before, after, businessDate, authorId, approverId } = row;
  return sql`
    insert into holder_change (account_id, version, before, after, business_date, author_id, approver_id, create_time)
    values (${accountId}, ${version}, ${JSON.stringify(before)}::jsonb, ${JSON.stringify(after)}::jsonb,
      ${businessDate}::date, ${authorId}, ${approverId}, clock_timestamp())
  `;
}

/** The changes of an account before a version, newest first. */
export function selectHolderChanges(accountId: string, before: number | undefined, limit: number) {
  return sql<HolderChangeRow & { readonly createMs: number }>`
    select account_id as "accountId", version, before, after, business_date::text as "businessDate",
      author_id as "authorId", approver_id as "approverId",
      floor(extract(epoch from create_time) * 1000)::float8 as "createMs"
    from holder_change
    where account_id = ${accountId} and ${before === undefined ? sql`true` : sql`version < ${before}`}
    order by version desc limit ${limit}
  `;
}

/** The message of a change, as it is shown to a principal: to customers without the names of staff. */
export function holderChangeMessage(
  row: HolderChangeRow & { readonly createMs: number },
  principal: Actor | undefined,
): HolderChange {
  const { accountId, version, before, after, businessDate, authorId, approverId, createMs } = row;
  return create(HolderChangeSchema, {
    accountId,
    version,
    before: holdersMessage(before),
    after: holdersMessage(after),
    businessDate,
    ...(principal?.audience === Audience.STAFF && { authorId, approverId }),
    createTime: timestampFromMs(createMs),
  });
}
