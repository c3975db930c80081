import type { Call } from '#chassis/call-context.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  type AccountService,
  type CloseAccountRequest,
  AccountService as Contract,
} from '#gen/bank/account/v1/account_service_pb.ts';
import { whenFree } from '../changes.ts';
import { carryOutEnd, type Ending, type EndPlan, endingOf, planEnd, settleEnd } from '../closing.ts';
import { unpledged } from '../closing-checks.ts';
import type { Context } from '../context.ts';
import { close } from '../domain/agreement.ts';
import { checkPayoutAccount, ownersOf } from '../payouts.ts';
import { overMandate } from '../signed-changes.ts';
import { byOf } from '../status.ts';

/** Closes an account for good: pays out its interest, sweeps its balance, and has the ledger close its part. */
export function closeAccount(context: Context): Rpcs<typeof AccountService>['closeAccount'] {
  const order = context.orders.define({
    method: Contract.method.closeAccount,
    plan: (tx, plan: EndPlan) => planEnd(tx, plan),
    carryOut: (ending: Ending, options) => carryOutEnd(context, endingOf(ending), options),
    settle: (tx, ending, outcome) => settleEnd(context, tx, endingOf(ending), outcome),
  });
  const { method } = Contract;
  const creditor = ({ sweepAccountId }: CloseAccountRequest) => sweepAccountId;
  return overMandate(
    context,
    { method: method.closeAccount, action: 'close', check: close, creditor },
    (request, call) =>
      whenFree(call, () =>
        order.run(request, call, async () => {
          await checkSweep(context, request, call);
          const { openDate } = await context.clock.read();
          const { accountId, sweepAccountId } = request;
          return { accountId, sweepAccountId, today: openDate.toString(), state: 'closed' as const, by: byOf(call) };
        }),
      ),
  );
}

/** Refuses to sweep what is pledged, and to what is to a customer as if it did not exist: an account of none of the owners. */
async function checkSweep(context: Context, { accountId, sweepAccountId }: CloseAccountRequest, call: Call) {
  if (sweepAccountId === '') return;
  await checkPayoutAccount(context, sweepAccountId, await ownersOf(context, accountId), call);
  await unpledged(context, accountId);
}
