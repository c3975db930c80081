import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import { cardLocked, cardMessage, changeCard, checkCardholder, readCard } from '../cards.ts';
import type { Context } from '../context.ts';
import { activate } from '../domain/card.ts';

/** Activates a card. */
export function activateCard(context: Context): Rpcs<typeof AccountService>['activateCard'] {
  return (request, call) =>
    context.commands.run(Contract.method.activateCard, request, call, {
      prepare: async () =>
        checkCardholder(context, await readCard(context, request.cardId), call, { alsoOwners: false }),
      decide: async (tx) => {
        const row = await cardLocked(tx, request.cardId);
        return { card: cardMessage(await changeCard(tx, row, activate(row))) };
      },
    });
}
