// Accounts that move to another version of their product.
import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import {
  AccountService,
  AnnounceProductMigrationResponseSchema,
  CancelProductMigrationResponseSchema,
  ListProductMigrationsResponseSchema,
} from '#gen/bank/account/v1/account_service_pb.ts';
import { type ProductMigration, ProductMigrationState } from '#gen/bank/account/v1/product_migration_pb.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';

const OFFICE = { otherwise: 'staff:back-office' };

/** Announces one. */
export async function announceMigration(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false }: WriteOptions,
  productId = '',
  version = '',
  effectiveDate = '',
): Promise<void> {
  const request = { requestId, validateOnly, productId, toVersion: Number(version), effectiveDate };
  const answer = await bank(OFFICE).client(AccountService).announceProductMigration(request);
  await out.message(AnnounceProductMigrationResponseSchema, answer, () => one(answer.productMigration));
}

/** Calls one off. */
export async function cancelMigration(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false }: WriteOptions,
  productId = '',
): Promise<void> {
  const request = { requestId, validateOnly, productId };
  const answer = await bank(OFFICE).client(AccountService).cancelProductMigration(request);
  await out.message(CancelProductMigrationResponseSchema, answer, () => one(answer.productMigration));
}

/** Lists them. */
export async function listMigrations({ bank, out }: Session, { limit }: ListOptions, productId = ''): Promise<void> {
  const service = bank(OFFICE).client(AccountService);
  const productMigrations: ProductMigration[] = [];
  for await (const page of pagesOf((asked) => service.listProductMigrations({ ...asked, productId }), limit)) {
    productMigrations.push(...page.productMigrations);
  }
  const answer = create(ListProductMigrationsResponseSchema, { productMigrations });
  await out.message(ListProductMigrationsResponseSchema, answer, () => migrationsText(productMigrations));
}

function one(migration: ProductMigration | undefined): Promise<string> {
  return migrationsText(migration ? [migration] : []);
}

function migrationsText(migrations: readonly ProductMigration[]): Promise<string> {
  return table(
    ['product', 'version', 'from', 'state', 'announced', 'moved', 'left'],
    migrations.map((migration) => [
      migration.productId,
      String(migration.toVersion),
      migration.effectiveDate,
      word(ProductMigrationState, migration.state),
      String(migration.announcedCount),
      String(migration.movedCount),
      String(migration.leftCount),
    ]),
    ['version', 'announced', 'moved', 'left'],
  );
}
