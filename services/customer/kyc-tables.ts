// The tables of tiers, evidence and risk.
import { fromJson, type JsonObject, toJson } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { defineEntity, p } from '@mikro-orm/core';
import { type RawBuilder, sql } from 'kysely';
import { sealedColumn } from '#chassis/sealed-column.ts';
import type { DocumentKind } from '#gen/bank/customer/v1/document_pb.ts';
import {
  type EvidenceRejection,
  type KycTierSet,
  KycTierSetSchema,
  type RiskRating,
} from '#gen/bank/customer/v1/kyc_pb.ts';

const EvidenceSchema = defineEntity({
  name: 'EvidenceRow',
  tableName: 'evidence',
  properties: {
    id: p.text().primary(),
    customerId: p.text(),
    documentId: p.text(),
    documentVersion: p.integer(),
    kind: p.smallint().$type<DocumentKind>(),
    provider: p.text(),
    state: p.text().$type<'PENDING' | 'VERIFIED' | 'REJECTED' | 'EXPIRED'>(),
    documentExpireDate: p.date().nullable(),
    verifyDate: p.date().nullable(),
    expireDate: p.date().nullable(),
    rejection: p.smallint().$type<EvidenceRejection>(),
    reminded: p.boolean().default(false),
    deciderId: p.text(),
    approverId: p.text(),
    version: p.integer(),
    createTime: p.datetime(),
    updateTime: p.datetime(),
  },
});

/** A piece of evidence. */
export class EvidenceRow extends EvidenceSchema.class {}
EvidenceSchema.setClass(EvidenceRow);

const OverrideSchema = defineEntity({
  name: 'RiskOverrideRow',
  tableName: 'risk_override',
  properties: {
    customerId: p.text().primary(),
    version: p.integer().primary(),
    rating: p.smallint().$type<RiskRating>(),
    reason: sealedColumn(),
    authorId: p.text(),
    approverId: p.text(),
    createTime: p.datetime(),
  },
});

/** What staff said of a customer's risk. */
export class RiskOverrideRow extends OverrideSchema.class {}
OverrideSchema.setClass(RiskOverrideRow);

export const kycEntities = [EvidenceSchema, OverrideSchema];

/** A version of the tiers as it is stored. */
interface TierSetRow {
  readonly version: number;
  readonly terms: JsonObject;
  readonly authorId: string;
  readonly approverId: string;
  readonly createMs: number;
}

/** Before no version. */
export const NEWEST = 2 ** 31 - 1;

const TIER_SET = sql`version, terms, author_id as "authorId", approver_id as "approverId",
  floor(extract(epoch from create_time) * 1000)::float8 as "createMs"`;

/** Marks those that were never told as told, and answers them. */
export function tellTierSets(): RawBuilder<TierSetRow> {
  return sql<TierSetRow>`update kyc_tier_set set told = true where not told returning ${TIER_SET}`;
}

/** Versions of the tiers up to before one, newest first. */
export function selectTierSets(before: number, limit: number): RawBuilder<TierSetRow> {
  return sql<TierSetRow>`
    select ${TIER_SET}
    from kyc_tier_set where version < ${before} order by version desc limit ${limit}
  `;
}

/** A version of the tiers as the contract has it. */
export function tierSetFrom({ terms, version, authorId, approverId, createMs }: TierSetRow): KycTierSet {
  const set = fromJson(KycTierSetSchema, terms);
  return Object.assign(set, { version, authorId, approverId, createTime: timestampFromMs(createMs) });
}

/** The tiers that are in force. */
export async function currentTiers(reader: {
  query<Row>(statement: RawBuilder<Row>): Promise<Row[]>;
}): Promise<KycTierSet> {
  const [row] = await reader.query(selectTierSets(NEWEST, 1));
  if (!row) throw new Error('there are no tiers');
  return tierSetFrom(row);
}

/** Two who publish tiers wait for each other. */
export function lockTierSets(): RawBuilder<unknown> {
  return sql`select pg_advisory_xact_lock(7239482)`;
}

/** Puts tiers in force. */
export function insertTierSet(set: KycTierSet, createMs: number): RawBuilder<unknown> {
  const { version, authorId, approverId, createTime: _known, ...terms } = set;
  const json = toJson(KycTierSetSchema, { ...terms, version: 0, authorId: '', approverId: '' });
  return sql`
    insert into kyc_tier_set (version, terms, author_id, approver_id, create_time)
    values (${version}, ${JSON.stringify(json)}::jsonb, ${authorId}, ${approverId}, ${new Date(createMs)})
  `;
}

/** Customers after a place, so many at most, who are to be held against the tiers in force, and by which version that is. */
export function selectUnassessed(after: string, limit: number): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`
    select id from customer
    where assessed_version < (select max(version) from kyc_tier_set) and id > ${after} order by id limit ${limit}
  `;
}

/** Customers, so many at most, who have evidence that is over with a day, or soon, of which they were not told. */
export function selectExpiring(date: string, soon: string, limit: number): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`
    select distinct customer_id as id from evidence
    where state = 'VERIFIED' and expire_date <= ${soon}::date and (expire_date <= ${date}::date or not reminded)
    order by customer_id limit ${limit}
  `;
}

/** Whether somebody is known who owns an organisation. */
export function selectOwners(customerId: string): RawBuilder<{ known: boolean }> {
  return sql<{ known: boolean }>`
    select exists (
      select from relation where customer_id = ${customerId} and kind = 'beneficial_owner'
        and coalesce(valid_until, 'infinity') > now()
    ) as known
  `;
}
