// Whose the things are that this service owns.
import { branchOf, heldToBranch, type Owner, type Owners, ownCustomer } from '#chassis/access.ts';
import { Refusal } from '#chassis/errors.ts';
import type { CheckAccountAccessRequest } from '#gen/bank/account/v1/account_service_pb.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import { ownersOfCards } from './cards.ts';
import { selectExceptionAccounts } from './cheque-exceptions.ts';
import { selectStopAccounts } from './cheque-tables.ts';
import type { Context } from './context.ts';
import { refuse } from './domain/refusals.ts';
import { mayChange, type People, sees } from './domain/standing.ts';
import { readPeople } from './people.ts';
import { selectPotAccounts } from './pot-tables.ts';
import { selectAccountsOf } from './signature-tables.ts';
import { selectBranches } from './tables.ts';

/** Finds on which accounts things are. */
type Finding = (ids: readonly string[]) => Promise<readonly { readonly id: string; readonly accountId: string }[]>;

/**
 * How principals stand to ids. A customer sees the accounts that they hold, in whichever role, those on whose mandate they stand, and
 * those of whom they represent; they change those that they, or whom they represent, own or are named on: what exactly, the mandate
 * says, RPC by RPC. Any other account is to them as one that does not exist. So is to staff who are held to a branch an account of
 * another, whoever holds it. Products are everybody's to see.
 */
export function owners(context: Context): Owners {
  const { database, standings } = context;
  const toAccounts: Owner = async (ids, access, principal, call) => {
    if (await heldToBranch(ids, call, branchesOf, () => refuse('ACCOUNT_NOT_FOUND'))) return;
    if (principal.audience !== Audience.CHANNEL) throw refuse('ACCOUNT_NOT_FOUND');
    const { date, people } = await readPeople(context, ids);
    const all = ids.map((id) => people.get(id));
    if (all.some((its) => !its || !sees(its, principal.partyId, date))) throw refuse('ACCOUNT_NOT_FOUND');
    // A disponent sees the account already, so that a plain answer gives nothing away.
    const isTheirs = (its: People | undefined) => its !== undefined && mayChange(its, principal.partyId, date);
    if (access === 'ACT' && !all.every(isTheirs)) throw refuse('OWNER_REQUIRED');
  };
  return {
    CUSTOMER: ownCustomer(
      () => refuse('CUSTOMER_NOT_FOUND'),
      async (ids, call) => (await standings(ids, call)).map(({ customerId, branchId }) => [customerId, branchId]),
    ),
    PRODUCT: async () => undefined,
    // What waits for signatures on an account is seen by all who see that; who signs, the mandate says.
    SIGNATURE_REQUEST: onAccounts(
      (ids) => database.query(selectAccountsOf(ids)),
      () => refuse('SIGNATURE_REQUEST_NOT_FOUND'),
    ),
    CHEQUE_STOP: onAccounts(
      (ids) => database.query(selectStopAccounts(ids)),
      () => refuse('CHEQUE_STOP_NOT_FOUND'),
    ),
    CHEQUE_EXCEPTION: asAccounts(
      (ids) => database.query(selectExceptionAccounts(ids)),
      () => refuse('CHEQUE_EXCEPTION_NOT_FOUND'),
    ),
    // Who uses a card acts on it; what else its owners may, the RPC says.
    CARD: onAccounts(
      async (ids) => [...(await ownersOfCards(context, ids)).values()],
      () => refuse('CARD_NOT_FOUND'),
    ),
    // Who may move what is on the account may do so with what is in its pots: the RPC says.
    POT: onAccounts(
      (ids) => database.query(selectPotAccounts(ids)),
      () => refuse('POT_NOT_FOUND'),
    ),
    ACCOUNT: toAccounts,
  };

  /** What is on an account is seen by all who see that. */
  function onAccounts(find: Finding, notFound: () => Refusal): Owner {
    return async (ids, _access, principal, call) => {
      const found = await find(ids);
      // What is not there is asked about, too: to be told so takes as long as of what is another's.
      const accounts = new Map(ids.map((id) => [id, found.find((one) => one.id === id)?.accountId ?? '']));
      const accountIds = [...new Set(accounts.values())];
      const seen = await visibleTo(context, { actor: principal, accountIds, branchId: branchOf(call) ?? '' });
      if (!ids.every((id) => seen.has(accounts.get(id) ?? ''))) throw notFound();
    };
  }

  /** What is on an account is theirs who may do the same with that. */
  function asAccounts(find: Finding, notFound: () => Refusal): Owner {
    return async (ids, access, principal, call) => {
      const found = await find(ids);
      const accounts = ids.map((id) => found.find((one) => one.id === id)?.accountId ?? id);
      try {
        await toAccounts([...new Set(accounts)], access, principal, call);
      } catch (error) {
        throw error instanceof Refusal && error.reason === 'ACCOUNT_NOT_FOUND' ? notFound() : error;
      }
    };
  }

  async function branchesOf(ids: readonly string[]) {
    const rows = await database.query(selectBranches(ids));
    return rows.map(({ id, branchId }) => [id, branchId] as const);
  }
}

/** Those of the accounts that somebody may see: a customer as `owners` says; staff all that exist, or those of a branch. */
export async function visibleTo(
  context: Context,
  request: Pick<CheckAccountAccessRequest, 'actor' | 'accountIds' | 'branchId'>,
): Promise<Set<string>> {
  const { actor, accountIds, branchId } = request;
  if (actor?.audience === Audience.CHANNEL) {
    const { date, people } = await readPeople(context, accountIds);
    return new Set([...people].flatMap(([id, its]) => (sees(its, actor.partyId, date) ? [id] : [])));
  }
  if (actor?.audience !== Audience.STAFF) return new Set();
  const rows = await context.database.query(selectBranches(accountIds));
  return new Set(rows.filter((row) => branchId === '' || row.branchId === branchId).map(({ id }) => id));
}
