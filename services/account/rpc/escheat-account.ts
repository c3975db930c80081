import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import { readRow } from '../accounts.ts';
import { openOwnAccounts, ownAccount } from '../booking-interest.ts';
import { whenFree } from '../changes.ts';
import { carryOutEnd, type Ending, type EndPlan, planEnd, settleEnd } from '../closing.ts';
import { unpledged } from '../closing-checks.ts';
import type { Context } from '../context.ts';
import { byOf } from '../status.ts';

/** Ends a dormant account: its balance is kept by the bank among those that nobody claims. */
export function escheatAccount(context: Context): Rpcs<typeof AccountService>['escheatAccount'] {
  const order = context.orders.define({
    method: Contract.method.escheatAccount,
    plan: (tx, plan: EndPlan) => planEnd(tx, plan),
    carryOut: async (ending: Ending, options) => {
      if (!options.validateOnly) await openOwnAccounts(context, ending.currency);
      return carryOutEnd(context, ending, options);
    },
    settle: (tx, ending, outcome) => settleEnd(context, tx, ending, outcome),
  });
  return (request, call) =>
    whenFree(call, () =>
      order.run(request, call, async () => {
        const { accountId } = request;
        const { currency } = await readRow(context.database, accountId);
        await unpledged(context, accountId);
        const { openDate } = await context.clock.read();
        const sweepLedgerAccountId = ownAccount('unclaimed_balances', currency);
        return { accountId, sweepLedgerAccountId, today: openDate.toString(), state: 'escheated', by: byOf(call) };
      }),
    );
}
