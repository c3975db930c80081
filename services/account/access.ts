// Whose the things are that this service owns.
import { heldToBranch, type Owners, ownCustomer } from '#chassis/access.ts';
import type { Database } from '#chassis/database.ts';
import type { CheckAccountAccessRequest } from '#gen/bank/account/v1/account_service_pb.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import type { Context } from './context.ts';
import { refuse } from './domain/refusals.ts';
import { selectBranches, selectHeld, selectHolders } from './tables.ts';

/**
 * How principals stand to ids. A customer sees the accounts that they hold, in whichever role, and changes those that
 * they own; an account that they do not hold is to them as one that does not exist. So is to staff who are held to a
 * branch an account of another, whoever holds it. Products are everybody's to see.
 */
export function owners({ database, standings }: Context): Owners {
  return {
    CUSTOMER: ownCustomer(
      () => refuse('CUSTOMER_NOT_FOUND'),
      async (ids, call) => (await standings(ids, call)).map(({ customerId, branchId }) => [customerId, branchId]),
    ),
    PRODUCT: async () => undefined,
    async ACCOUNT(ids, access, principal, call) {
      if (await heldToBranch(ids, call, branchesOf, () => refuse('ACCOUNT_NOT_FOUND'))) return;
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

  async function branchesOf(ids: readonly string[]) {
    const rows = await database.query(selectBranches(ids));
    return rows.map(({ id, branchId }) => [id, branchId] as const);
  }
}

/** Those of the accounts that somebody may see: a customer those that they hold; staff all that exist, or those of a branch. */
export async function visibleTo(database: Database, request: CheckAccountAccessRequest): Promise<Set<string>> {
  const { actor, accountIds, branchId } = request;
  if (actor?.audience === Audience.CHANNEL) {
    const held = await database.query(selectHeld(accountIds, actor.partyId));
    return new Set(held.map(({ id }) => id));
  }
  if (actor?.audience !== Audience.STAFF) return new Set();
  const rows = await database.query(selectBranches(accountIds));
  return new Set(rows.filter((row) => branchId === '' || row.branchId === branchId).map(({ id }) => id));
}
