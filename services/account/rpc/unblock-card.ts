import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import { cardLocked, cardMessage, changeCard, checkCardholder, readCard } from '../cards.ts';
import { isCustomer } from '../changes.ts';
import type { Context } from '../context.ts';
import { unblock } from '../domain/card.ts';

/** Lifts the block of a card. */
export function unblockCard(context: Context): Rpcs<typeof AccountService>['unblockCard'] {
  return (request, call) =>
    context.commands.run(Contract.method.unblockCard, request, call, {
      prepare: async () =>
        checkCardholder(context, await readCard(context, request.cardId), call, { alsoOwners: false }),
      decide: async (tx) => {
        const row = await cardLocked(tx, request.cardId);
        return { card: cardMessage(await changeCard(tx, row, unblock(row, isCustomer(call)))) };
      },
    });
}
