import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, ListAccountsRequestSchema } from '#gen/bank/account/v1/account_service_pb.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import { readAccounts } from '../accounts.ts';
import type { Context } from '../context.ts';
import { selectIds } from '../tables.ts';

/** Lists accounts, newest first; a customer those that they hold. */
export function listAccounts(context: Context): Rpcs<typeof AccountService>['listAccounts'] {
  const { database, pages } = context;
  return async (request, { principal }) => {
    const { size, after } = pages.read(ListAccountsRequestSchema, request);
    const own = principal?.audience === Audience.STAFF ? '' : (principal?.partyId ?? '');
    const customerId = request.customerId || own;
    const rows = await database.query(
      selectIds({ customerId, branchId: request.branchId, before: after?.[0], limit: size + 1 }),
    );
    const ids = rows.slice(0, size).map(({ id }) => id);
    const last = ids.at(-1);
    return {
      accounts: await readAccounts(context, ids),
      nextPageToken: rows.length > size && last ? pages.next(ListAccountsRequestSchema, request, [last]) : '',
    };
  };
}
