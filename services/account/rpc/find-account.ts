import type { Rpcs } from '#chassis/serve.ts';
import type { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { hashIban } from '../accounts.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { selectHolders, selectStandings } from '../tables.ts';

/** Finds an account by its number, with who owns it. */
export function findAccount({ database, vault }: Context): Rpcs<typeof AccountService>['findAccount'] {
  return async ({ iban }) => {
    const [row] = await database.query(selectStandings([], [hashIban(vault, iban)]));
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
