import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import { whenFree } from '../changes.ts';
import type { Context } from '../context.ts';
import { checkSignatories, termsOf, warmKey, writeMandate } from '../mandates.ts';

/** Gives an account a mandate, in the place of the one before. */
export function setMandate(context: Context): Rpcs<typeof AccountService>['setMandate'] {
  return (request, call) =>
    whenFree(call, () =>
      context.commands.run(Contract.method.setMandate, request, call, {
        prepare: async () => {
          await checkSignatories(context, request, call);
          await warmKey(context, request.accountId);
          return (await context.clock.read()).openDate.toString();
        },
        decide: async (tx, today) => ({
          mandate: await writeMandate(context, tx, request, call, today, (row) => termsOf(request, row, today)),
        }),
      }),
    );
}
