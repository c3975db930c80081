import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import { cardLocked, cardMessage, changeCard, checkHolder, prepareNumbers, readCard, writeCard } from '../cards.ts';
import { whenFree } from '../changes.ts';
import type { Context } from '../context.ts';
import { replaced } from '../domain/card.ts';

/** Issues a card in the place of another. */
export function replaceCard(context: Context): Rpcs<typeof AccountService>['replaceCard'] {
  return (request, call) =>
    whenFree(call, () =>
      context.commands.run(Contract.method.replaceCard, request, call, {
        prepare: async () => {
          const { accountId, customerId } = await readCard(context, request.cardId);
          await checkHolder(context.database, accountId, customerId);
          const [numbers, { openDate: today }] = await Promise.all([
            prepareNumbers(context, customerId),
            context.clock.read(),
          ]);
          return { numbers, today };
        },
        decide: async (tx, prepared) => {
          const before = await cardLocked(tx, request.cardId);
          const ended = replaced(before);
          const { accountId, customerId, limits, id: replacesId } = before;
          const card = await writeCard(context, tx, { accountId, customerId, limits, replacesId }, prepared);
          await changeCard(tx, before, ended);
          return { card: cardMessage(card) };
        },
      }),
    );
}
