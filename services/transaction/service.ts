// The table of contents of the transaction service.
import type { Owners } from '#chassis/access.ts';
import type { ServiceDefinition } from '#chassis/boot.ts';
import { eventPath, LeanChassis } from '#chassis/chassis-tables.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { type Context, makeContext } from './context.ts';
import { refuse } from './domain/refusals.ts';
import { Transactions } from './migrations/0001-transactions.ts';
import { Imports } from './migrations/0002-imports.ts';
import { batchImportTransactions } from './rpc/batch-import-transactions.ts';
import { depositCash } from './rpc/deposit-cash.ts';
import { getTransaction } from './rpc/get-transaction.ts';
import { listTransactions } from './rpc/list-transactions.ts';
import { reverseTransaction } from './rpc/reverse-transaction.ts';
import { transferFunds } from './rpc/transfer-funds.ts';
import { withdrawCash } from './rpc/withdraw-cash.ts';
import { entities, selectParties } from './tables.ts';

function rpcs(context: Context) {
  return {
    batchImportTransactions: batchImportTransactions(context),
    depositCash: depositCash(context),
    getTransaction: getTransaction(context),
    listTransactions: listTransactions(context),
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
    // A transaction is theirs whose account it takes from or pays to.
    TRANSACTION: async (ids, _access, _principal, call) => {
      const orders = await database.query(selectParties(ids));
      const parties = orders.map(({ debtorAccountId, creditorAccountId }) =>
        [debtorAccountId, creditorAccountId].filter((id) => id !== null),
      );
      const seen = await accounts.seen([...new Set(parties.flat())], call);
      const theirs = parties.filter((accountIds) => accountIds.some((id) => seen.has(id)));
      if (theirs.length < new Set(ids).size) throw refuse('TRANSACTION_NOT_FOUND');
    },
  };
}

export const transaction: ServiceDefinition<typeof TransactionService, Context> = {
  name: 'transaction',
  service: TransactionService,
  entities,
  migrations: [
    { name: '0001-transactions', class: Transactions },
    { name: '0002-imports', class: Imports },
    { name: '0003-lean-chassis', class: LeanChassis },
    { name: '0004-event-path', class: eventPath('transaction_runtime') },
  ],
  context: makeContext,
  rpcs,
  owners,
};
