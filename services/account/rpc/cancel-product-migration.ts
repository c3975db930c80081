import { sql } from 'kysely';
import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { migrationMessage, selectMigrations } from '../product-migrations.ts';
import { newestLocked } from '../products.ts';

/** Calls off a migration whose day has not come. */
export function cancelProductMigration(context: Context): Rpcs<typeof AccountService>['cancelProductMigration'] {
  return (request, call) =>
    context.commands.run(Contract.method.cancelProductMigration, request, call, {
      prepare: () => context.clock.read(),
      decide: async (tx, { openDate }) => {
        await newestLocked(tx, request.productId);
        const [newest] = await tx.query(selectMigrations(request.productId, undefined, 1));
        if (!newest || newest.cancelled) throw refuse('MIGRATION_NOT_FOUND');
        // The end of the day before moves accounts, which may be under way while that day is the open one's yesterday.
        if (newest.effectiveDate <= openDate.toString()) throw refuse('MIGRATION_IN_FORCE');
        await tx.execute(sql`update product_migration set cancelled = true where no = ${newest.no}::bigint`);
        return { productMigration: migrationMessage({ ...newest, cancelled: true }, openDate) };
      },
    });
}
