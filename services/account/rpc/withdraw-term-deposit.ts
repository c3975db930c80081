import type { Rpcs } from '#chassis/serve.ts';
import {
  type AccountService,
  AccountService as Contract,
  type WithdrawTermDepositRequest,
} from '#gen/bank/account/v1/account_service_pb.ts';
import { whenFree } from '../changes.ts';
import { carryOutEnd, type Ending, type EndPlan, planEnd, settleEnd } from '../closing.ts';
import { unpledged } from '../closing-checks.ts';
import type { Context } from '../context.ts';
import { close } from '../domain/agreement.ts';
import { checkPayoutAccount, ownersOf } from '../payouts.ts';
import { overMandate } from '../signed-changes.ts';
import { byOf } from '../status.ts';

/** Ends a term deposit before it matures, at the cost of its penalty. */
export function withdrawTermDeposit(context: Context): Rpcs<typeof AccountService>['withdrawTermDeposit'] {
  const order = context.orders.define({
    method: Contract.method.withdrawTermDeposit,
    plan: (tx, plan: EndPlan) => planEnd(tx, plan),
    carryOut: (ending: Ending, options) => carryOutEnd(context, ending, options),
    settle: (tx, ending, outcome) => settleEnd(context, tx, ending, outcome),
  });
  const { withdrawTermDeposit: method } = Contract.method;
  const creditor = ({ sweepAccountId }: WithdrawTermDepositRequest) => sweepAccountId;
  return overMandate(context, { method, action: 'close', check: close, creditor }, (request, call) =>
    whenFree(call, () =>
      order.run(request, call, async () => {
        const { accountId, sweepAccountId } = request;
        await checkPayoutAccount(context, sweepAccountId, await ownersOf(context, accountId), call);
        await unpledged(context, accountId);
        const { openDate } = await context.clock.read();
        return {
          accountId,
          sweepAccountId,
          today: openDate.toString(),
          state: 'closed',
          isEarly: true,
          by: byOf(call),
        };
      }),
    ),
  );
}
