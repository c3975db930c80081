import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import { type Change, type Command, isCustomer, planChange, settleChange, tellLedger, whenFree } from '../changes.ts';
import type { Context } from '../context.ts';
import { type Agreement, unfreeze } from '../domain/agreement.ts';
import { publishUnfrozen } from '../events.ts';
import { overMandate } from '../signed-changes.ts';
import { type By, byOf, noteStatus } from '../status.ts';

type Unfreezing = Command<typeof Contract.method.unfreezeAccount>;

/** Lets an account go again. */
export function unfreezeAccount(context: Context): Rpcs<typeof AccountService>['unfreezeAccount'] {
  const order = context.orders.define({
    method: Contract.method.unfreezeAccount,
    plan: (tx, { request: { accountId }, call }: Unfreezing) => {
      const decide = (row: Agreement) => {
        unfreeze(row, isCustomer(call));
        return { by: byOf(call) };
      };
      return planChange(tx, { accountId, name: 'unfreeze', decide });
    },
    carryOut: (change: Change<{ readonly by: By }>, options) =>
      tellLedger(context, change, options, (command, on) =>
        context.ledger.setLedgerAccountFreeze({ ...command, decreaseFrozen: false, increaseFrozen: false }, on),
      ),
    settle: async (tx, change, outcome) => ({
      account: await settleChange(context, tx, {
        change,
        outcome,
        apply: (row) => {
          row.freezeDebits = false;
          row.freezeCredits = false;
          row.freezeReason = null;
          row.freezeReference = '';
          noteStatus(tx, row, { from: row.state, reason: 'UNFROZEN', by: change.terms.by });
          return publishUnfrozen;
        },
      }),
    }),
  });
  const check = (row: Agreement) => unfreeze(row, true);
  return overMandate(context, { method: Contract.method.unfreezeAccount, action: 'change', check }, (request, call) =>
    whenFree(call, () => order.run(request, call, async () => ({ request, call }))),
  );
}
