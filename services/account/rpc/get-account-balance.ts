import { deriveId } from '#chassis/id.ts';
import { fromMoney, toMoney } from '#chassis/money.ts';
import type { Rpcs } from '#chassis/serve.ts';
import type { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { readRow } from '../accounts.ts';
import type { Context } from '../context.ts';
import { selectOpenPots } from '../pot-tables.ts';
import { balancesOfPots } from '../pots.ts';

/** Reads the balance of an account, and of its open pots, from the ledger. */
export function getAccountBalance(context: Context): Rpcs<typeof AccountService>['getAccountBalance'] {
  const { database, ledger } = context;
  return async ({ accountId }, call) => {
    const [{ currency }, rows] = await Promise.all([
      readRow(database, accountId),
      database.query(selectOpenPots(accountId)),
    ]);
    const [{ balances }, pots] = await Promise.all([
      ledger.getBalances({ ledgerAccountIds: [deriveId('lac', accountId)] }, call),
      balancesOfPots(context, rows, currency, call),
    ]);
    // It is being opened: the ledger has not heard of it yet.
    const nothing = toMoney({ currency, minor: 0n });
    const { booked = nothing, available = nothing, held = nothing, pendingIn = nothing } = balances[0] ?? {};
    const isUnknown = balances.length === 0;
    const total = pots.reduce(
      (sum, pot) => sum + (pot.booked ? fromMoney(pot.booked).minor : 0n),
      fromMoney(booked).minor,
    );
    return {
      booked,
      ...((balances[0]?.available || isUnknown) && { available }),
      held,
      pendingIn,
      total: toMoney({ currency, minor: total }),
      pots,
    };
  };
}
