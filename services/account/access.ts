// Whose the things are that this service owns.
import { type Owners, ownCustomer } from '#chassis/access.ts';
import type { Database } from '#chassis/database.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import type { Context } from './context.ts';
import { refuse } from './domain/refusals.ts';
import { selectHolders, selectVisible } from './tables.ts';

/**
 * How principals stand to ids. A customer sees the accounts that they hold, in whichever role, and changes those that
 * they own; an account that they do not hold is to them as one that does not exist. Products are everybody's to see.
 */
export function owners({ database }: Context): Owners {
  return {
    CUSTOMER: ownCustomer(() => refuse('CUSTOMER_NOT_FOUND')),
    PRODUCT: async () => undefined,
    async ACCOUNT(ids, access, principal) {
      if (principal.audience !== Audience.CHANNEL) throw refuse('ACCOUNT_NOT_FOUND');
      const holders = await database.query(selectHolders(ids));
      const roles = new Map(
        holders
          .filter(({ customerId }) => customerId === principal.partyId)
          .map(({ accountId, role }) => [accountId, role]),
      );
      if (ids.some((id) => !roles.has(id))) throw refuse('ACCOUNT_NOT_FOUND');
      // A disponent sees the account already, so that a plain answer gives nothing away.
      if (access === 'ACT' && ids.some((id) => roles.get(id) !== 'owner')) throw refuse('OWNER_REQUIRED');
    },
  };
}

/** Those of the accounts that somebody may see: staff all that exist, a customer those that they hold. */
export async function visibleTo(database: Database, actor: Actor, ids: readonly string[]): Promise<Set<string>> {
  const { audience, partyId } = actor;
  if (audience !== Audience.STAFF && audience !== Audience.CHANNEL) return new Set();
  const rows = await database.query(selectVisible(ids, audience === Audience.STAFF ? undefined : partyId));
  return new Set(rows.map(({ id }) => id));
}
