import { branchOf } from '#chassis/access.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, ListAccountsRequestSchema } from '#gen/bank/account/v1/account_service_pb.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import { readAccounts } from '../accounts.ts';
import type { Context } from '../context.ts';
import { accountsSeenBy } from '../people-tables.ts';
import { accountsHeldBy, selectIds } from '../tables.ts';

/** Lists accounts, newest first; a customer those that they see, staff who are held to a branch those of the branch. */
export function listAccounts(context: Context): Rpcs<typeof AccountService>['listAccounts'] {
  const { clock, database, pages } = context;
  const heldBy = (customerId: string) => (customerId === '' ? undefined : accountsHeldBy(customerId));
  const seenBy = async (customerId = '') => accountsSeenBy(customerId, (await clock.read()).openDate.toString());
  return async (request, call) => {
    const { principal } = call;
    const { size, after } = pages.read(ListAccountsRequestSchema, request);
    const among =
      principal?.audience === Audience.STAFF ? heldBy(request.customerId) : await seenBy(principal?.partyId);
    const branchId = branchOf(call) ?? request.branchId;
    const rows = await database.query(selectIds({ among, branchId, before: after?.[0], limit: size + 1 }));
    const ids = rows.slice(0, size).map(({ id }) => id);
    const last = ids.at(-1);
    return {
      accounts: await readAccounts(context, ids),
      nextPageToken: rows.length > size && last ? pages.next(ListAccountsRequestSchema, request, [last]) : '',
    };
  };
}
