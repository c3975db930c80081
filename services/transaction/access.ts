// Whose the things are that this service owns: theirs who may see the accounts that they are about, which account decides.
import { branchOf, type Owners } from '#chassis/access.ts';
import type { Call } from '#chassis/call-context.ts';
import { refuseCall } from '#chassis/errors.ts';
import type { Context } from './context.ts';
import { refuse } from './domain/refusals.ts';
import type { Order } from './domain/words.ts';
import { selectHolds } from './hold-tables.ts';
import { selectRequests } from './payment-request-tables.ts';
import { selectPayments } from './payment-tables.ts';
import { selectRecalledAccounts } from './recall-tables.ts';
import { selectDebtors } from './schedule-tables.ts';
import { selectParties } from './tables.ts';
import { selectTills } from './till-tables.ts';

type Found = Pick<Order, 'id' | 'debtorAccountId' | 'creditorAccountId'>;

/** How customers, and staff who are held to a branch, stand to ids. */
export function owners({ accounts, database }: Context): Owners {
  return {
    // Who may order something on an account is decided by AuthorizeOrders, order by order.
    ACCOUNT: async (ids, access, _principal, call) => {
      if (access === 'ACT') return;
      const seen = await accounts.seen(ids, call);
      if (ids.some((id) => !seen.has(id))) throw refuse('ACCOUNT_NOT_FOUND');
    },
    // A transaction is theirs whose account it takes from or pays to; to be acted on, by those to whom both are theirs.
    TRANSACTION: async (ids, access, _principal, call) => {
      const { some, all } = await seenOf(ids, await database.query(selectParties(ids)), call);
      if (some.length < new Set(ids).size) throw refuse('TRANSACTION_NOT_FOUND');
      if (access === 'ACT' && all.length < some.length) throw refuseCall('BRANCH_NOT_ALLOWED');
    },
    // A payment to another bank is theirs whose account it takes from.
    PAYMENT_ORDER: async (ids, _access, _principal, call) => {
      const rows = await database.query(selectPayments(ids));
      const found = rows.map(({ id, debtorAccountId }) => ({ id, debtorAccountId, creditorAccountId: null }));
      const { some } = await seenOf(ids, found, call);
      if (some.length < new Set(ids).size) throw refuse('PAYMENT_ORDER_NOT_FOUND');
    },
    // What another bank asks back is theirs whose account it was paid to; what is in suspense is the bank's.
    RECEIVED_RECALL: async (ids, _access, _principal, call) => {
      const rows = await database.query(selectRecalledAccounts(ids));
      const found = rows.map(({ id, accountId }) => ({ id, debtorAccountId: accountId, creditorAccountId: null }));
      const { some } = await seenOf(ids, found, call);
      if (some.length < new Set(ids).size) throw refuse('RECEIVED_RECALL_NOT_FOUND');
    },
    // A payment request is theirs who ask and who are asked. Who of the two may do what is decided by the RPC.
    PAYMENT_REQUEST: async (ids, _access, _principal, call) => {
      const { some } = await seenOf(ids, await database.query(selectRequests(ids)), call);
      if (some.length < new Set(ids).size) throw refuse('PAYMENT_REQUEST_NOT_FOUND');
    },
    // A hold is theirs whose money it keeps, or for whom. Who of the two may do what is decided by the RPC.
    HOLD: async (ids, _access, _principal, call) => {
      const { some } = await seenOf(ids, await database.query(selectHolds(ids)), call);
      if (some.length < new Set(ids).size) throw refuse('HOLD_NOT_FOUND');
    },
    // A till is its branch's.
    TILL: async (ids, _access, _principal, call) => {
      const tills = await database.query(selectTills(ids));
      const own = new Set(tills.filter(({ branchId }) => branchId === branchOf(call)).map(({ id }) => id));
      if (ids.some((id) => !own.has(id))) throw refuse('TILL_NOT_FOUND');
    },
    // A scheduled payment is theirs who see the account that it takes from. Who may have it paid is decided by its RPCs.
    SCHEDULED_PAYMENT: async (ids, _access, _principal, call) => {
      const found = await database.query(selectDebtors(ids));
      const unknown = ids.filter((id) => !found.some((one) => one.id === id));
      const seen = await accounts.seen([...new Set([...found.map((one) => one.debtorAccountId), ...unknown])], call);
      if (unknown.length > 0 || found.some((one) => !seen.has(one.debtorAccountId))) {
        throw refuse('SCHEDULED_PAYMENT_NOT_FOUND');
      }
    },
  };

  /** Those of which the caller may see one account at least, and those of which they may see all. */
  async function seenOf(ids: readonly string[], found: readonly Found[], call: Call) {
    const accountsOf = ({ debtorAccountId, creditorAccountId }: Found) =>
      [debtorAccountId, creditorAccountId].filter((id) => id !== null);
    // Of what is not there account is asked too, which knows nothing of it: so it takes as long as what is foreign.
    const unknown = ids.filter((id) => !found.some((one) => one.id === id));
    const seen = await accounts.seen([...new Set([...found.flatMap(accountsOf), ...unknown])], call);
    const some = found.filter((one) => accountsOf(one).some((id) => seen.has(id)));
    return { some, all: some.filter((one) => accountsOf(one).every((id) => seen.has(id))) };
  }
}
