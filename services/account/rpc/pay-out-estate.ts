import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import { readRow } from '../accounts.ts';
import { whenFree } from '../changes.ts';
import { carryOutEnd, type Ending, type EndPlan, lifting, planEnd, settleEnd } from '../closing.ts';
import { unpledged } from '../closing-checks.ts';
import type { Context } from '../context.ts';
import { byOf } from '../status.ts';

/** Ends an account of somebody who has died: its balance goes to an heir, or to the estate. */
export function payOutEstate(context: Context): Rpcs<typeof AccountService>['payOutEstate'] {
  const order = context.orders.define({
    method: Contract.method.payOutEstate,
    plan: (tx, plan: EndPlan) => planEnd(tx, plan),
    carryOut: (ending: Ending, options) =>
      lifting(context, ending, options, () => carryOutEnd(context, ending, options)),
    settle: (tx, ending, outcome) => settleEnd(context, tx, ending, outcome),
  });
  return (request, call) =>
    whenFree(call, () =>
      order.run(request, call, async () => {
        const { accountId, sweepAccountId } = request;
        await readRow(context.database, accountId);
        await unpledged(context, accountId);
        const { openDate } = await context.clock.read();
        return {
          accountId,
          sweepAccountId,
          today: openDate.toString(),
          state: 'closed',
          isEstate: true,
          by: byOf(call),
        };
      }),
    );
}
