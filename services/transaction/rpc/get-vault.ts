import { toMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { vaultAccount } from '../domain/bank-accounts.ts';
import { checkedCurrency } from '../domain/tills.ts';

/** Reads how much cash is in the vault of a branch. */
export function getVault({ ledger }: Context): Rpcs<typeof TransactionService>['getVault'] {
  return async ({ branchId, currencyCode }, call) => {
    const currency = checkedCurrency(currencyCode);
    // One that was never filled has no account, and reading it opens none.
    return { balance: toMoney({ currency, minor: await ledger.unheld(vaultAccount(branchId, currency), call) }) };
  };
}
