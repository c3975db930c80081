// The account service's tables, and the statements that read many accounts at once. An account changes seldom, so its
// changes go through the entity; its limits, freezes and states change in one place, changes.ts.

import type { JsonObject } from '@bufbuild/protobuf';
import { defineEntity, p } from '@mikro-orm/core';
import { type RawBuilder, sql } from 'kysely';
import { sealedColumn } from '#chassis/sealed-column.ts';
import { sqlArray } from '#chassis/sql-array.ts';
import { ownerRestricted, ownerTiers } from './customer-standings.ts';
import type { OwnerTiers } from './domain/tiers.ts';
import type {
  AccountState,
  AccountType,
  FreezeReason,
  HolderRole,
  MaturityInstruction,
  ProductType,
  StatementFrequency,
} from './domain/words.ts';

const ProductSchema = defineEntity({
  name: 'ProductRow',
  tableName: 'product',
  properties: {
    id: p.text().primary(),
    version: p.integer().primary(),
    type: p.text().$type<ProductType>(),
    currency: p.text(),
    displayName: p.text(),
    terms: p.json<JsonObject>(),
    createTime: p.datetime(),
  },
});

/** A version of a product. */
export class ProductRow extends ProductSchema.class {}
ProductSchema.setClass(ProductRow);

const AccountSchema = defineEntity({
  name: 'AccountRow',
  tableName: 'account',
  properties: {
    id: p.text().primary(),
    type: p.text().$type<AccountType>(),
    state: p.text().$type<AccountState>(),
    productId: p.text(),
    productVersion: p.integer(),
    currency: p.text(),
    partyId: p.text(),
    ibanHash: p.blob(),
    details: sealedColumn(),
    freezeDebits: p.boolean(),
    freezeCredits: p.boolean(),
    freezeReason: p.text().$type<FreezeReason>().nullable(),
    freezeReference: p.text(),
    overdraftLimit: p.bigint(),
    branchId: p.text(),
    statementFrequency: p.text().$type<StatementFrequency>(),
    openDate: p.date(),
    closeDate: p.date().nullable(),
    stateDate: p.date(),
    maturityDate: p.date().nullable(),
    maturityInstruction: p.text().$type<MaturityInstruction>().nullable(),
    payoutAccountId: p.text().nullable(),
    version: p.integer(),
    changeNo: p.integer(),
    pendingChange: p.text().nullable(),
    signatureNo: p.integer(),
    createTime: p.datetime(),
    updateTime: p.datetime(),
  },
});

/** An account. */
export class AccountRow extends AccountSchema.class {}
AccountSchema.setClass(AccountRow);

const HolderSchema = defineEntity({
  name: 'HolderRow',
  tableName: 'holder',
  properties: {
    accountId: p.text().primary(),
    customerId: p.text().primary(),
    role: p.text().$type<HolderRole>(),
    position: p.smallint(),
  },
});

/** Somebody who holds an account. */
export class HolderRow extends HolderSchema.class {}
HolderSchema.setClass(HolderRow);

export const entities = [ProductSchema, AccountSchema, HolderSchema];

/** Writes what came of openings that were planned. */
export function settleOpenings(
  rows: readonly Pick<AccountRow, 'id' | 'state' | 'closeDate' | 'version' | 'updateTime'>[],
): RawBuilder<unknown> {
  return sql`
    update account a
    set state = o.state, close_date = o.close_date, version = o.version, update_time = o.update_time, pending_change = null
    from unnest(
      ${sqlArray(rows.map(({ id }) => id))}::text[],
      ${sqlArray(rows.map(({ state }) => state))}::text[],
      ${sqlArray(rows.map(({ closeDate }) => closeDate ?? null))}::date[],
      ${sqlArray(rows.map(({ version }) => version))}::integer[],
      ${sqlArray(rows.map(({ updateTime }) => updateTime.toISOString()))}::timestamptz[]
    ) as o (id, state, close_date, version, update_time)
    where a.id = o.id
  `;
}

/** Who holds one of these accounts, in their order. Ids that do not exist are left out. */
export function selectHolders(accountIds: readonly string[]): RawBuilder<Omit<HolderRow, 'position'>> {
  return sql<Omit<HolderRow, 'position'>>`
    select account_id as "accountId", customer_id as "customerId", role
    from holder where account_id = any(${accountIds}) order by account_id, position
  `;
}

/** What has to be known of an account to decide on an order. */
export interface StandingRow {
  readonly id: string;
  readonly ibanHash: Buffer;
  readonly state: AccountState;
  readonly currency: string;
  readonly productId: string;
  readonly productVersion: number;
  readonly partyId: string;
  readonly branchId: string;
  readonly freezeDebits: boolean;
  readonly freezeCredits: boolean;
  readonly openDate: string;
  /** Of a term deposit. */
  readonly maturityDate: string | null;
  /** Whether an owner is restricted. */
  readonly restricted: boolean;
  readonly tiers: OwnerTiers;
}

/** Reads what has to be known of accounts to decide on orders, by their ids and by the hashes of their numbers. */
export function selectStandings(ids: readonly string[], ibanHashes: readonly Buffer[]): RawBuilder<StandingRow> {
  return sql<StandingRow>`
    select a.id, a.iban_hash as "ibanHash", a.state, a.currency, a.product_id as "productId",
      a.product_version as "productVersion", a.party_id as "partyId", a.branch_id as "branchId",
      a.freeze_debits as "freezeDebits", a.freeze_credits as "freezeCredits",
      a.open_date::text as "openDate", a.maturity_date::text as "maturityDate",
      ${ownerRestricted} as restricted, ${ownerTiers} as tiers
    from account a
    where a.id = any(${ids}) or a.iban_hash = any(${sqlArray(ibanHashes)}::bytea[])
  `;
}

/** What is personal about accounts, sealed. */
export function selectDetails(ids: readonly string[]): RawBuilder<{ id: string; details: Buffer }> {
  return sql<{ id: string; details: Buffer }>`select id, details from account where id = any(${ids})`;
}

/** The accounts that a customer holds. */
export function accountsHeldBy(customerId: string): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`select account_id as id from holder where customer_id = ${customerId}`;
}

/** The branches of these accounts. Ids that do not exist are left out. */
export function selectBranches(ids: readonly string[]): RawBuilder<{ id: string; branchId: string }> {
  return sql<{ id: string; branchId: string }>`
    select id, branch_id as "branchId" from account where id = any(${ids})
  `;
}

/** The accounts, newest first, that are among some and that a branch looks after; an absent, or empty, filter is any. */
export function selectIds(filter: {
  among: RawBuilder<{ id: string }> | undefined;
  branchId: string;
  before: string | undefined;
  limit: number;
}): RawBuilder<{ id: string }> {
  const { among, branchId, before, limit } = filter;
  const conditions = [
    sql`true`,
    ...(among === undefined ? [] : [sql`a.id in (${among})`]),
    ...(branchId === '' ? [] : [sql`a.branch_id = ${branchId}`]),
    ...(before === undefined ? [] : [sql`a.id < ${before}`]),
  ];
  return sql<{ id: string }>`
    select a.id from account a where ${sql.join(conditions, sql` and `)} order by a.id desc limit ${limit}
  `;
}

/** The newest versions of products after an id, by id; an empty currency is any. */
export function selectNewestProducts(filter: {
  currency: string;
  after: string;
  limit: number;
}): RawBuilder<{ id: string; version: number }> {
  const { currency, after, limit } = filter;
  return sql<{ id: string; version: number }>`
    select id, max(version) as version from product
    where id > ${after} and (${currency} = '' or currency = ${currency})
    group by id order by id limit ${limit}
  `;
}

/** Locks the name of a product until the transaction ends, whether there is one or not: versions are never updated. */
export function lockProduct(id: string): RawBuilder<unknown> {
  return sql`select pg_advisory_xact_lock(hashtextextended('product ' || ${id}, 0))`;
}

/** The next serials of the bank's account numbers. */
export function nextSerials(count: number): RawBuilder<{ serial: string }> {
  return sql<{ serial: string }>`select nextval('account_serial') as serial from generate_series(1, ${count})`;
}
