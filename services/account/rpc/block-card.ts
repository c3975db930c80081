import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import { cardLocked, cardMessage, changeCard, checkCardholder, readCard } from '../cards.ts';
import { isCustomer } from '../changes.ts';
import type { Context } from '../context.ts';
import { block } from '../domain/card.ts';
import { cardBlockReasons } from '../domain/words.ts';

/** Blocks a card. */
export function blockCard(context: Context): Rpcs<typeof AccountService>['blockCard'] {
  return (request, call) =>
    context.commands.run(Contract.method.blockCard, request, call, {
      prepare: async () =>
        checkCardholder(context, await readCard(context, request.cardId), call, { alsoOwners: true }),
      decide: async (tx) => {
        const row = await cardLocked(tx, request.cardId);
        const blocked = block(row, cardBlockReasons.word(request.reason), isCustomer(call));
        return { card: cardMessage(await changeCard(tx, row, blocked)) };
      },
    });
}
