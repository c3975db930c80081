import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import { readRow } from '../accounts.ts';
import { cardMessage, checkHolder, limitsOf, prepareNumbers, writeCard } from '../cards.ts';
import { whenFree } from '../changes.ts';
import type { Context } from '../context.ts';

/** Issues a debit card to a holder of an account. */
export function issueCard(context: Context): Rpcs<typeof AccountService>['issueCard'] {
  return (request, call) =>
    whenFree(call, () =>
      context.commands.run(Contract.method.issueCard, request, call, {
        prepare: async () => {
          const { accountId, customerId } = request;
          const limits = limitsOf(request.limits, await readRow(context.database, accountId));
          await checkHolder(context.database, accountId, customerId);
          const [numbers, { openDate: today }] = await Promise.all([
            prepareNumbers(context, customerId),
            context.clock.read(),
          ]);
          return { terms: { accountId, customerId, limits, replacesId: null }, numbers, today };
        },
        decide: async (tx, { terms, ...prepared }) => ({
          card: cardMessage(await writeCard(context, tx, terms, prepared)),
        }),
      }),
    );
}
