import { deriveId } from '#chassis/id.ts';
import { toMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { readRow } from '../accounts.ts';
import type { Context } from '../context.ts';

/** Reads the balance of an account from the ledger. */
export function getAccountBalance(context: Context): Rpcs<typeof AccountService>['getAccountBalance'] {
  return async ({ accountId }, call) => {
    const { currency } = await readRow(context.database, accountId);
    const { balances } = await context.ledger.getBalances({ ledgerAccountIds: [deriveId('lac', accountId)] }, call);
    const [balance] = balances;
    if (balance) {
      const { booked, available, held, pendingIn } = balance;
      return { booked, available, held, pendingIn };
    }
    // It is being opened: the ledger has not heard of it yet.
    const nothing = toMoney({ currency, minor: 0n });
    return { booked: nothing, available: nothing, held: nothing, pendingIn: nothing };
  };
}
