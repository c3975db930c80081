import { sql } from 'kysely';
import { actorOf } from '#chassis/call-context.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import type { Context } from '../context.ts';
import { checkEffective, checkMigratable, effectiveDay } from '../domain/product-migration.ts';
import { refuse } from '../domain/refusals.ts';
import { migrationMessage, selectMigrations } from '../product-migrations.ts';
import { newestLocked, termsOf } from '../products.ts';
import { ProductRow } from '../tables.ts';

/** Announces that accounts move to another version of their product. */
export function announceProductMigration(context: Context): Rpcs<typeof AccountService>['announceProductMigration'] {
  const { clock, commands, config } = context;
  return (request, call) =>
    commands.run(Contract.method.announceProductMigration, request, call, {
      prepare: () => clock.read(),
      decide: async (tx, { openDate }) => {
        const { productId, toVersion } = request;
        const day = effectiveDay(request.effectiveDate);
        // Its name is held, so that two cannot announce at once.
        if (!(await newestLocked(tx, productId))) throw refuse('PRODUCT_NOT_FOUND');
        const rows = await tx.em.find(ProductRow, { id: productId, version: { $lte: toVersion } });
        const to = rows.find(({ version }) => version === toVersion);
        if (!to) throw refuse('PRODUCT_NOT_FOUND');
        const terms = rows.map(termsOf);
        checkMigratable(terms, termsOf(to));
        checkEffective(day, openDate.add({ days: config.PRODUCT_NOTICE_DAYS }), terms, termsOf(to));
        const [newest] = await tx.query(selectMigrations(productId, undefined, 1));
        const isDue = newest && !newest.cancelled && newest.effectiveDate > openDate.toString();
        if (isDue || (newest && !newest.cancelled && newest.toVersion >= toVersion))
          throw refuse('MIGRATION_ANNOUNCED');
        const { partyId, approverId } = actorOf(call);
        await tx.execute(sql`
          insert into product_migration (product_id, to_version, effective_date, author_id, approver_id)
          values (${productId}, ${toVersion}, ${day.toString()}::date, ${partyId}, ${approverId})
        `);
        const [written] = await tx.query(selectMigrations(productId, undefined, 1));
        if (!written) throw new Error('a migration was not written');
        return { productMigration: migrationMessage(written, openDate) };
      },
    });
}
