// Migrations of products: announced to the holders of each account, and carried out in a step of the end of the day before they hold.
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type RawBuilder, sql } from 'kysely';
import { ownCall } from '#chassis/call-context.ts';
import type { Tx } from '#chassis/database.ts';
import { deriveId } from '#chassis/id.ts';
import { insertOutbox, outboxEvent } from '#chassis/outbox.ts';
import { sqlArray } from '#chassis/sql-array.ts';
import {
  AccountTermsAnnouncedSchema,
  AccountTermsChangedSchema,
  AccountTermsWithdrawnSchema,
} from '#gen/bank/account/v1/account_events_pb.ts';
import {
  type ProductMigration,
  ProductMigrationSchema,
  ProductMigrationState,
} from '#gen/bank/account/v1/product_migration_pb.ts';
import type { Context } from './context.ts';
import type { StepRun } from './day-steps.ts';
import { changesInterestAfter } from './domain/product-migration.ts';
import { type AccountState, accountStates } from './domain/words.ts';
import { termsOf } from './products.ts';

/** A migration as it is stored. */
export interface MigrationRow {
  readonly no: string;
  readonly productId: string;
  readonly toVersion: number;
  readonly effectiveDate: string;
  readonly cancelled: boolean;
  readonly announcedAfter: string;
  readonly withdrawnAfter: string;
  readonly announcedCount: number;
  readonly movedCount: number;
  readonly authorId: string;
  readonly approverId: string;
  readonly createMs: number;
  readonly leftCount: number;
}

const PAGE = 500;
/** Those that move: what has ended does not, and what is bound for a term keeps its terms. */
const MOVABLE = sql`a.state in ('active', 'inactive', 'dormant', 'migrating') and a.maturity_date is null`;
const COLUMNS = sql`m.no::text, m.product_id as "productId", m.to_version as "toVersion", m.effective_date::text as "effectiveDate",
  m.cancelled, m.announced_after as "announcedAfter", m.withdrawn_after as "withdrawnAfter", m.announced_count as "announcedCount", m.moved_count as "movedCount",
  m.author_id as "authorId", m.approver_id as "approverId", floor(extract(epoch from m.create_time) * 1000)::float8 as "createMs",
  (
    select count(*)::int from account a where a.product_id = m.product_id and a.product_version < m.to_version and ${MOVABLE}
  ) as "leftCount"`;

/** Migrations before a number, newest first; of a product, or of all. */
export function selectMigrations(
  productId: string,
  before: string | undefined,
  limit: number,
): RawBuilder<MigrationRow> {
  return sql<MigrationRow>`
    select ${COLUMNS} from product_migration m
    where ${productId === '' ? sql`true` : sql`m.product_id = ${productId}`}
      and ${before === undefined ? sql`true` : sql`m.no < ${before}::bigint`}
    order by m.no desc limit ${limit}
  `;
}

/** The message of a migration. */
export function migrationMessage(row: MigrationRow, openDate: Temporal.PlainDate): ProductMigration {
  const { no: _no, cancelled, createMs, announcedAfter: _announced, withdrawnAfter: _withdrawn, ...rest } = row;
  const { ANNOUNCED, IN_FORCE, CANCELLED } = ProductMigrationState;
  const hasCome = row.effectiveDate <= openDate.toString();
  const state = cancelled ? CANCELLED : hasCome ? IN_FORCE : ANNOUNCED;
  return create(ProductMigrationSchema, { ...rest, state, createTime: timestampFromMs(createMs) });
}

/** Makes a function that announces migrations to the holders of accounts, and that they are called off, a page of them in a transaction. */
export function tendProductMigrations({ database, log }: Context): () => Promise<void> {
  return () =>
    database.transaction(async (tx) => {
      const [migration] = await tx.query(sql<MigrationRow>`
        select ${COLUMNS} from product_migration m
        where case when m.cancelled then not m.withdrawn else not m.announced end
        order by m.no limit 1 for update of m skip locked
      `);
      if (!migration) return;
      const call = ownCall('account', log);
      if (migration.cancelled) await withdrawPage(tx, migration, call);
      else await announcePage(tx, migration, call);
    });
}

async function announcePage(tx: Tx, migration: MigrationRow, call: ReturnType<typeof ownCall>): Promise<void> {
  const { no, announcedAfter } = migration;
  const rows = await accountsAfter(tx, migration, announcedAfter, sql`true`);
  // What an account is announced is a row of its own things: it changes nothing about the account.
  const events = rows.map(({ id }) =>
    outboxEvent(AccountTermsAnnouncedSchema, announcementOf(migration, id), aggregateOf('pmg', id, no), call),
  );
  if (events.length > 0) await tx.query(insertOutbox(events));
  await tx.query(sql`
    update product_migration set announced_count = announced_count + ${rows.length},
      announced_after = ${rows.at(-1)?.id ?? announcedAfter}, announced = ${rows.length < PAGE}
    where no = ${no}::bigint
  `);
}

/** Who was told of it is told that it does not come. */
async function withdrawPage(tx: Tx, migration: MigrationRow, call: ReturnType<typeof ownCall>): Promise<void> {
  const { no, announcedAfter, withdrawnAfter } = migration;
  const rows = await accountsAfter(tx, migration, withdrawnAfter, sql`a.id <= ${announcedAfter}`);
  const events = rows.map(({ id }) =>
    outboxEvent(AccountTermsWithdrawnSchema, announcementOf(migration, id), aggregateOf('pmw', id, no), call),
  );
  if (events.length > 0) await tx.query(insertOutbox(events));
  await tx.query(sql`
    update product_migration set withdrawn_after = ${rows.at(-1)?.id ?? withdrawnAfter}, withdrawn = ${rows.length < PAGE}
    where no = ${no}::bigint
  `);
}

function accountsAfter(tx: Tx, { productId, toVersion }: MigrationRow, after: string, which: RawBuilder<unknown>) {
  return tx.query(sql<{ id: string }>`
    select a.id from account a
    where a.product_id = ${productId} and a.product_version < ${toVersion} and a.id > ${after} and ${MOVABLE} and ${which}
    order by a.id limit ${PAGE}
  `);
}

function announcementOf({ productId, toVersion: productVersion, effectiveDate }: MigrationRow, accountId: string) {
  return { accountId, productId, productVersion, effectiveDate };
}

function aggregateOf(prefix: 'pmg' | 'pmw', accountId: string, no: string) {
  return { id: deriveId(prefix, accountId), sequence: Number(no) };
}

/** The step that moves accounts to the versions that hold from the next day on. Those that a change is under way of wait for the next end of a day. */
export async function migrateProducts(context: Context, run: StepRun): Promise<void> {
  const { database, log } = context;
  const next = run.date.add({ days: 1 }).toString();
  const due = await database.query(sql<MigrationRow>`
    select ${COLUMNS} from product_migration m
    where not m.cancelled and m.effective_date <= ${next}::date and exists (
      select from account a where a.product_id = m.product_id and a.product_version < m.to_version and ${MOVABLE}
    )
    order by m.no
  `);
  const call = ownCall('account', log);
  for (const migration of due) {
    const versions = await versionsMoving(context, migration, run.date);
    if (versions.length === 0) continue;
    for (let after = ''; ; ) {
      const page = await database.query(sql<{ id: string }>`
        select a.id from account a
        where a.product_id = ${migration.productId} and a.product_version = any(${sqlArray(versions)}::integer[]) and a.id > ${after}
          and ${MOVABLE}
        order by a.id limit ${PAGE}
      `);
      const last = page.at(-1)?.id;
      if (last === undefined) break;
      const from = after;
      // What a page did is done: whoever goes on after a crash finds these of the new version.
      await run.advance(async (tx) => ({
        cursor: '',
        count: await movePage(
          tx,
          { ...migration, versions, lastNight: run.date.toString() },
          { from, until: last },
          call,
        ),
      }));
      after = last;
    }
  }
}

/**
 * The versions of which accounts can move at the end of a day: whose interest is the same by the other, or has a period of posting that ends. Those of
 * which an account was left behind, because a change was under way, move at the end of a later one.
 */
async function versionsMoving(
  { catalogue, database }: Context,
  { productId, toVersion }: MigrationRow,
  date: Temporal.PlainDate,
): Promise<number[]> {
  const rows = await database.query(sql<{ version: number }>`
    select version from product where id = ${productId} and version < ${toVersion} order by version
  `);
  const to = termsOf(await catalogue.version(productId, toVersion));
  const froms = await Promise.all(
    rows.map(async ({ version }) => termsOf(await catalogue.version(productId, version))),
  );
  return rows.flatMap(({ version }, index) => {
    const from = froms[index];
    return from && changesInterestAfter(from, to, date) ? [version] : [];
  });
}

interface Moved {
  readonly id: string;
  readonly state: AccountState;
  readonly version: number;
}

async function movePage(
  tx: Tx,
  {
    no,
    productId,
    toVersion: productVersion,
    versions,
    lastNight,
  }: MigrationRow & { readonly versions: number[]; readonly lastNight: string },
  { from, until }: { readonly from: string; readonly until: string },
  call: ReturnType<typeof ownCall>,
): Promise<number> {
  const moved = await tx.query(sql<Moved>`
    with due as (
      select a.id from account a
      where a.product_id = ${productId} and a.product_version = any(${sqlArray(versions)}::integer[]) and a.id > ${from} and a.id <= ${until}
        and a.pending_change is null and ${MOVABLE} and not exists (
          -- What is still to be charged for the time before is charged by the version before.
          select from set_aside s where s.account_id = a.id and s.step in ('accrue-interest', 'post-interest', 'charge-fees')
        )
      order by a.id for update
    ), left_version as (
      -- Interest of the nights until then stays that version's; the first one's, where an account moves twice at once.
      insert into interest_version (account_id, until_date, product_version)
      select i.account_id, ${lastNight}::date, i.product_version from interest_account i join due on due.id = i.account_id
      on conflict do nothing
    ), of_interest as (
      update interest_account i set product_version = ${productVersion} from due where i.account_id = due.id
    )
    update account a set product_version = ${productVersion}, version = a.version + 1, update_time = clock_timestamp()
    from due where a.id = due.id returning a.id, a.state, a.version
  `);
  if (moved.length === 0) return 0;
  const events = moved.map(({ id, state, version }) => {
    const event: MessageInitShape<typeof AccountTermsChangedSchema> = {
      accountId: id,
      state: accountStates.value(state),
      version,
      productId,
      productVersion,
    };
    return outboxEvent(AccountTermsChangedSchema, event, { id, sequence: version }, call);
  });
  await tx.query(insertOutbox(events));
  await tx.query(sql`
    update product_migration set moved_count = moved_count + ${moved.length} where no = ${no}::bigint
  `);
  return moved.length;
}
