import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import { type Change, planChange, settleChange, tellLedger, whenFree } from '../changes.ts';
import type { Context } from '../context.ts';
import { type Agreement, close } from '../domain/agreement.ts';
import { publishClosed } from '../events.ts';
import { overMandate } from '../signed-changes.ts';

type Closing = Change<{ readonly closeDate: string }>;

/** Closes an account for good. Whether its balance is zero is decided by the ledger, which closes its part first. */
export function closeAccount(context: Context): Rpcs<typeof AccountService>['closeAccount'] {
  const order = context.orders.define({
    method: Contract.method.closeAccount,
    plan: (tx, { accountId, closeDate }: { accountId: string; closeDate: string }) => {
      const decide = (row: Agreement) => {
        close(row);
        return { closeDate };
      };
      return planChange(tx, { accountId, name: 'close', decide });
    },
    carryOut: (change: Closing, options) =>
      tellLedger(context, change, options, (command, on) => context.ledger.closeLedgerAccount(command, on)),
    settle: async (tx, change, outcome) => ({
      account: await settleChange(context, tx, {
        change,
        outcome,
        apply: (row) => {
          row.state = 'closed';
          row.closeDate = change.terms.closeDate;
          return publishClosed;
        },
      }),
    }),
  });
  return overMandate(
    context,
    { method: Contract.method.closeAccount, action: 'close', check: close },
    (request, call) =>
      whenFree(call, () =>
        order.run(request, call, async () => {
          const { openDate } = await context.clock.read();
          return { accountId: request.accountId, closeDate: openDate.toString() };
        }),
      ),
  );
}
