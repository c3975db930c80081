// The table of contents of the transaction service.
import type { Owners } from '#chassis/access.ts';
import type { ServiceDefinition } from '#chassis/boot.ts';
import type { Call } from '#chassis/call-context.ts';
import { ChassisSettings, eventPath, LeanChassis } from '#chassis/chassis-tables.ts';
import { refuseCall } from '#chassis/errors.ts';
import { repeat } from '#chassis/repeat.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { type Context, makeContext } from './context.ts';
import { refuse } from './domain/refusals.ts';
import type { Order } from './domain/words.ts';
import { selectHolds } from './hold-tables.ts';
import { Transactions } from './migrations/0001-transactions.ts';
import { Imports } from './migrations/0002-imports.ts';
import { Holds } from './migrations/0004-holds.ts';
import { Reviews } from './migrations/0010-reviews.ts';
import { expireReviews } from './reviews.ts';
import { batchImportTransactions } from './rpc/batch-import-transactions.ts';
import { captureHold } from './rpc/capture-hold.ts';
import { decideReview } from './rpc/decide-review.ts';
import { depositCash } from './rpc/deposit-cash.ts';
import { extendHold } from './rpc/extend-hold.ts';
import { getHold } from './rpc/get-hold.ts';
import { getTransaction } from './rpc/get-transaction.ts';
import { listHolds } from './rpc/list-holds.ts';
import { listReviews } from './rpc/list-reviews.ts';
import { listTransactions } from './rpc/list-transactions.ts';
import { placeHold } from './rpc/place-hold.ts';
import { releaseHold } from './rpc/release-hold.ts';
import { reverseTransaction } from './rpc/reverse-transaction.ts';
import { transferFunds } from './rpc/transfer-funds.ts';
import { withdrawCash } from './rpc/withdraw-cash.ts';
import { entities, selectParties } from './tables.ts';

/** How often it is looked whether reviews have expired. */
const EXPIRY_MS = 2_000;

function rpcs(context: Context) {
  return {
    batchImportTransactions: batchImportTransactions(context),
    captureHold: captureHold(context),
    decideReview: decideReview(context),
    depositCash: depositCash(context),
    extendHold: extendHold(context),
    getHold: getHold(context),
    getTransaction: getTransaction(context),
    listHolds: listHolds(context),
    listReviews: listReviews(context),
    listTransactions: listTransactions(context),
    placeHold: placeHold(context),
    releaseHold: releaseHold(context),
    reverseTransaction: reverseTransaction(context),
    transferFunds: transferFunds(context),
    withdrawCash: withdrawCash(context),
  } satisfies Rpcs<typeof TransactionService>;
}

function owners({ accounts, database }: Context): Owners {
  return {
    // Who may order something on an account is decided by AuthorizeOrders, order by order.
    ACCOUNT: async (ids, access, _principal, call) => {
      if (access === 'ACT') return;
      const seen = await accounts.seen(ids, call);
      if (ids.some((id) => !seen.has(id))) throw refuse('ACCOUNT_NOT_FOUND');
    },
    // A transaction is theirs whose account it takes from or pays to; to be acted on, by those to whom both are theirs.
    TRANSACTION: async (ids, access, _principal, call) => {
      const { some, all } = await ofSeenAccounts(await database.query(selectParties(ids)), call);
      if (some.length < new Set(ids).size) throw refuse('TRANSACTION_NOT_FOUND');
      if (access === 'ACT' && all.length < some.length) throw refuseCall('BRANCH_NOT_ALLOWED');
    },
    // A hold is theirs whose money it keeps, or for whom. Who of the two may do what is decided by the RPC.
    HOLD: async (ids, _access, _principal, call) => {
      const { some } = await ofSeenAccounts(await database.query(selectHolds(ids)), call);
      if (some.length < new Set(ids).size) throw refuse('HOLD_NOT_FOUND');
    },
  };

  /** Those of which the caller may see one account at least, and those of which they may see all. */
  async function ofSeenAccounts<T extends Pick<Order, 'debtorAccountId' | 'creditorAccountId'>>(
    found: T[],
    call: Call,
  ) {
    const accountsOf = ({ debtorAccountId, creditorAccountId }: T) =>
      [debtorAccountId, creditorAccountId].filter((id) => id !== null);
    const seen = await accounts.seen([...new Set(found.flatMap(accountsOf))], call);
    const some = found.filter((one) => accountsOf(one).some((id) => seen.has(id)));
    return { some, all: some.filter((one) => accountsOf(one).every((id) => seen.has(id))) };
  }
}

export const transaction: ServiceDefinition<typeof TransactionService, Context> = {
  name: 'transaction',
  service: TransactionService,
  entities,
  migrations: [
    { name: '0001-transactions', class: Transactions },
    { name: '0002-imports', class: Imports },
    { name: '0003-lean-chassis', class: LeanChassis },
    { name: '0004-holds', class: Holds },
    { name: '0005-chassis-settings', class: ChassisSettings },
    { name: '0006-event-path', class: eventPath('transaction_runtime') },
    { name: '0010-reviews', class: Reviews },
  ],
  context: makeContext,
  rpcs,
  start: async (context) => repeat(EXPIRY_MS, expireReviews(context), context.log, 'reviews could not be expired yet'),
  owners,
};
