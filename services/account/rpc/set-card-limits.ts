import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import { cardLocked, cardMessage, changeCard, checkCardholder, limitsOf, readCard } from '../cards.ts';
import type { Context } from '../context.ts';
import { checkNotEnded } from '../domain/card.ts';

/** Sets what a card may be used for. */
export function setCardLimits(context: Context): Rpcs<typeof AccountService>['setCardLimits'] {
  return (request, call) =>
    context.commands.run(Contract.method.setCardLimits, request, call, {
      prepare: async () => {
        const card = await readCard(context, request.cardId);
        await checkCardholder(context, card, call, { alsoOwners: false });
        return limitsOf(request.limits, card);
      },
      decide: async (tx, limits) => {
        const row = await cardLocked(tx, request.cardId);
        checkNotEnded(row);
        const { state, blockReason, activated } = row;
        return { card: cardMessage(await changeCard(tx, row, { state, blockReason, activated, limits })) };
      },
    });
}
