import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, ListProductMigrationsRequestSchema } from '#gen/bank/account/v1/account_service_pb.ts';
import type { Context } from '../context.ts';
import { migrationMessage, selectMigrations } from '../product-migrations.ts';

/** Lists migrations of products, newest first. */
export function listProductMigrations(context: Context): Rpcs<typeof AccountService>['listProductMigrations'] {
  const { clock, database, pages } = context;
  return async (request) => {
    const { size, after } = pages.read(ListProductMigrationsRequestSchema, request);
    const rows = await database.query(selectMigrations(request.productId, after?.[0], size + 1));
    const page = rows.slice(0, size);
    const { openDate } = await clock.read();
    const last = page.at(-1);
    return {
      productMigrations: page.map((row) => migrationMessage(row, openDate)),
      nextPageToken:
        rows.length > size && last ? pages.next(ListProductMigrationsRequestSchema, request, [last.no]) : '',
    };
  };
}
