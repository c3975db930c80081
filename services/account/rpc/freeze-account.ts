import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import { type Change, type Command, isCustomer, planChange, settleChange, tellLedger, whenFree } from '../changes.ts';
import type { Context } from '../context.ts';
import { type Agreement, type FreezeTerms, freeze } from '../domain/agreement.ts';
import { freezeReasons } from '../domain/words.ts';
import { publishFrozen } from '../events.ts';
import { type By, byOf, noteStatus } from '../status.ts';

type Freezing = Command<typeof Contract.method.freezeAccount>;

/** Freezes an account, whatever was frozen before. */
export function freezeAccount(context: Context): Rpcs<typeof AccountService>['freezeAccount'] {
  const order = context.orders.define({
    method: Contract.method.freezeAccount,
    plan: (tx, { request, call }: Freezing) => {
      const { accountId, debits, credits, reference } = request;
      const terms = { debits, credits, reason: freezeReasons.word(request.reason), reference };
      const decide = (row: Agreement) => ({ ...freeze(row, terms, isCustomer(call)), by: byOf(call) });
      return planChange(tx, { accountId, name: 'freeze', decide });
    },
    carryOut: (change: Change<FreezeTerms & { readonly by: By }>, options) =>
      tellLedger(context, change, options, (command, on) => {
        const { debits: decreaseFrozen, credits: increaseFrozen } = change.terms;
        return context.ledger.setLedgerAccountFreeze({ ...command, decreaseFrozen, increaseFrozen }, on);
      }),
    settle: async (tx, change, outcome) => ({
      account: await settleChange(context, tx, {
        change,
        outcome,
        apply: (row) => {
          row.freezeDebits = change.terms.debits;
          row.freezeCredits = change.terms.credits;
          row.freezeReason = change.terms.reason;
          row.freezeReference = change.terms.reference;
          noteStatus(tx, row, { from: row.state, reason: 'FROZEN', by: change.terms.by });
          return publishFrozen;
        },
      }),
    }),
  });
  const act: ReturnType<typeof freezeAccount> = (request, call) =>
    whenFree(call, () => order.run(request, call, async () => ({ request, call })));
  // The bank freezes of itself what somebody leaves who has died.
  context.signable.set(Contract.method.freezeAccount.name, {
    method: Contract.method.freezeAccount,
    act: act as never,
  });
  return act;
}
