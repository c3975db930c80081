// The customer service's tables, and the statements on the keyed hashes by which customers are found and told apart.
import { defineEntity, p } from '@mikro-orm/core';
import { type RawBuilder, sql } from 'kysely';
import { sealedColumn } from '#chassis/sealed-column.ts';
import { sqlArray } from '#chassis/sql-array.ts';
import type { RiskRating, RiskReason } from '#gen/bank/customer/v1/kyc_pb.ts';
import type { Audience } from '#gen/bank/options/v1/options_pb.ts';
import type { Purpose } from './domain/search.ts';

const CustomerSchema = defineEntity({
  name: 'CustomerRow',
  tableName: 'customer',
  properties: {
    id: p.text().primary(),
    kind: p.text().$type<'person' | 'organisation'>(),
    state: p.text().$type<'active' | 'deactivated'>(),
    branchId: p.text(),
    relationshipOfficerId: p.text(),
    profile: sealedColumn(),
    version: p.integer(),
    searchVersion: p.integer(),
    screeningMark: p.bigint().default(0),
    screenedGeneration: p.integer().default(0),
    restricted: p.boolean().default(false),
    standingVersion: p.integer().default(0),
    tierCode: p.text().default(''),
    exempt: p.boolean().default(true),
    riskRating: p.smallint().$type<RiskRating>().default(0),
    ruledRating: p.smallint().$type<RiskRating>().default(0),
    riskReasons: p.json().$type<RiskReason[]>().default([]),
    assessedVersion: p.integer().default(0),
    mergedIntoId: p.text().nullable(),
    createTime: p.datetime(),
    updateTime: p.datetime(),
  },
});

/** A customer. */
export class CustomerRow extends CustomerSchema.class {}
CustomerSchema.setClass(CustomerRow);

const VersionSchema = defineEntity({
  name: 'CustomerVersionRow',
  tableName: 'customer_version',
  properties: {
    customerId: p.text().primary(),
    version: p.integer().primary(),
    state: p.text().$type<CustomerRow['state']>(),
    branchId: p.text(),
    relationshipOfficerId: p.text(),
    profile: sealedColumn(),
    actorAudience: p.integer().$type<Audience>(),
    actorId: p.text(),
    remark: sealedColumn().nullable(),
    createTime: p.datetime(),
  },
});

/** What a customer was, from one change to the next; the last of them is what they are. */
export class CustomerVersionRow extends VersionSchema.class {}
VersionSchema.setClass(CustomerVersionRow);

const NoteSchema = defineEntity({
  name: 'CustomerNoteRow',
  tableName: 'customer_note',
  properties: {
    customerId: p.text().primary(),
    noteNumber: p.integer().primary(),
    authorId: p.text(),
    textSealed: sealedColumn(),
    createTime: p.datetime(),
  },
});

/** What a member of staff wrote down about a customer. */
export class CustomerNoteRow extends NoteSchema.class {}
NoteSchema.setClass(CustomerNoteRow);

export const entities = [CustomerSchema, VersionSchema, NoteSchema];

/** A keyed hash of a value by which a customer is found. */
export interface HashedTerm {
  readonly purpose: Purpose;
  readonly hash: Buffer;
}

/** Writes the terms by which new customers are found. */
export function insertTerms(terms: readonly (HashedTerm & { readonly customerId: string })[]): RawBuilder<unknown> {
  return sql`
    insert into customer_search (purpose, hash, customer_id)
    select * from unnest(
      ${sqlArray(terms.map(({ purpose }) => purpose))}::text[],
      ${sqlArray(terms.map(({ hash }) => hash))}::bytea[],
      ${sqlArray(terms.map(({ customerId }) => customerId))}::text[]
    )
    on conflict do nothing
  `;
}

/** How the terms of a customer are made today: who has older ones gets these (backfill.ts). */
export const SEARCH_VERSION = 1;

/** Customers, so many at most, whose terms are of an older version. */
export function selectOutdated(limit: number): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`
    select id from customer where search_version < ${SEARCH_VERSION} order by id limit ${limit}
  `;
}

/** Says that the terms of customers are of today's version. */
export function markCurrent(ids: readonly string[]): RawBuilder<unknown> {
  return sql`update customer set search_version = ${SEARCH_VERSION} where id = any(${sqlArray(ids)}::text[])`;
}

/** Makes these, and no others, the terms by which a customer is found. */
export function replaceTerms(customerId: string, terms: readonly HashedTerm[]): RawBuilder<unknown> {
  const given = sql`unnest(
    ${sqlArray(terms.map(({ purpose }) => purpose))}::text[],
    ${sqlArray(terms.map(({ hash }) => hash))}::bytea[]
  ) as given (purpose, hash)`;
  return sql`
    with gone as (
      delete from customer_search s
      where s.customer_id = ${customerId}
        and not exists (select from ${given} where given.purpose = s.purpose and given.hash = s.hash)
    )
    insert into customer_search (purpose, hash, customer_id)
    select given.purpose, given.hash, ${customerId} from ${given}
    on conflict do nothing
  `;
}

/**
 * Locks identifiers until the transaction ends, held by somebody or not. Who looks at them next, in a statement of its
 * own, sees what the one before left behind.
 */
export function lockIdentifiers(hashes: readonly Buffer[]): RawBuilder<unknown> {
  const keys = hashes.map((hash) => hash.readBigInt64BE(0)).toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return sql`select pg_advisory_xact_lock(key) from unnest(${sqlArray(keys)}::bigint[]) as given (key)`;
}

/**
 * Makes these, and no others, the identifiers that a customer holds, and answers nothing; unless somebody else holds one
 * of them: then answers which, and changes nothing.
 */
export function holdIdentifiers(customerId: string, hashes: readonly Buffer[]): RawBuilder<{ hash: Buffer }> {
  const given = sqlArray(hashes);
  return sql<{ hash: Buffer }>`
    with taken as (
      select hash from held_identifier where hash = any(${given}::bytea[]) and customer_id <> ${customerId}
    ), gone as (
      delete from held_identifier
      where customer_id = ${customerId} and hash <> all(${given}::bytea[]) and not exists (select from taken)
    ), held as (
      insert into held_identifier (hash, customer_id)
      select distinct hash, ${customerId} from unnest(${given}::bytea[]) as given (hash)
      where not exists (select from taken) and not exists (select from held_identifier h where h.hash = given.hash)
    )
    select hash from taken
  `;
}

/** The customers, newest first, whom all terms and the branch fit; an empty branch is any. */
export function selectIds(filter: {
  terms: readonly HashedTerm[];
  branchId: string;
  before: string | undefined;
  limit: number;
}): RawBuilder<{ id: string }> {
  const { terms, branchId, before, limit } = filter;
  const conditions = [
    sql`true`,
    ...terms.map(
      ({ purpose, hash }) => sql`exists (
        select from customer_search s where s.purpose = ${purpose} and s.hash = ${hash} and s.customer_id = c.id
      )`,
    ),
    ...(branchId === '' ? [] : [sql`c.branch_id = ${branchId}`]),
    ...(before === undefined ? [] : [sql`c.id < ${before}`]),
  ];
  return sql<{ id: string }>`
    select c.id from customer c where ${sql.join(conditions, sql` and `)} order by c.id desc limit ${limit}
  `;
}

/** What others may know of a customer. */
export type StandingRow = Pick<
  CustomerRow,
  'id' | 'kind' | 'state' | 'branchId' | 'restricted' | 'standingVersion' | 'tierCode'
>;

/** What others may know of customers. Ids that do not exist are left out. */
export function selectStandings(ids: readonly string[]): RawBuilder<StandingRow> {
  return sql<StandingRow>`
    select id, kind, state, branch_id as "branchId", restricted, standing_version as "standingVersion",
      tier_code as "tierCode"
    from customer where id = any(${ids}) order by id
  `;
}

/** Customers, so many at most, who were restricted before that was told. */
export function selectUntold(limit: number): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`
    select id from customer where restricted and standing_version = 0 order by id limit ${limit}
  `;
}
