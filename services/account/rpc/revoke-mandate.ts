import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import { whenFree } from '../changes.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { beginOf, warmKey, writeMandate } from '../mandates.ts';

/** Ends the mandate of an account: a version without rules. */
export function revokeMandate(context: Context): Rpcs<typeof AccountService>['revokeMandate'] {
  return (request, call) =>
    whenFree(call, () =>
      context.commands.run(Contract.method.revokeMandate, request, call, {
        prepare: async () => {
          await warmKey(context, request.accountId);
          return (await context.clock.read()).openDate.toString();
        },
        decide: async (tx, today) => ({
          mandate: await writeMandate(context, tx, request, call, today, (_row, state) => {
            if (state !== 'given') throw refuse('MANDATE_NOT_FOUND');
            const validFrom = beginOf(request.validFrom, today);
            return { state: 'revoked', signatories: [], rules: [], validFrom, validUntil: null };
          }),
        }),
      }),
    );
}
