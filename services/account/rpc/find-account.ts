import type { Rpcs } from '#chassis/serve.ts';
import type { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { hashIban } from '../accounts.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { selectHolders, selectStandings } from '../tables.ts';

/** Finds an account by its number or id, with who owns it. */
export function findAccount({ database, vault }: Context): Rpcs<typeof AccountService>['findAccount'] {
  return async ({ account: { case: kind, value = '' } }) => {
    const isId = kind === 'accountId';
    const [row] = await database.query(selectStandings(isId ? [value] : [], isId ? [] : [hashIban(vault, value)]));
    if (!row) throw refuse('ACCOUNT_NOT_FOUND');
    const holders = await database.query(selectHolders([row.id]));
    const ownerIds = holders.filter(({ role }) => role === 'owner').map(({ customerId }) => customerId);
    return {
      accountId: row.id,
      currencyCode: row.currency,
      closed: ['closed', 'escheated'].includes(row.state),
      ownerIds,
    };
  };
}
