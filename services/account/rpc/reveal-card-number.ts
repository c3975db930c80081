import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import { selectNumber } from '../card-tables.ts';
import { checkCardholder, openNumber, readCard } from '../cards.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';

/** Shows the number of a card. It is a command, so that it is recorded who was shown it. */
export function revealCardNumber(context: Context): Rpcs<typeof AccountService>['revealCardNumber'] {
  return (request, call) =>
    context.commands.run(Contract.method.revealCardNumber, request, call, {
      prepare: async () => {
        const card = await readCard(context, request.cardId);
        await checkCardholder(context, card, call, { alsoOwners: false });
        const [sealed] = await context.database.query(selectNumber(card.id));
        const cardNumber = sealed && (await openNumber(context.vault, sealed.number));
        if (cardNumber === undefined) throw refuse('CARD_ERASED');
        return { card, cardNumber };
      },
      decide: async (tx, { card, cardNumber }) => {
        tx.record({ resourceIds: [card.id, card.accountId], partyId: card.customerId });
        return { cardNumber, expiryDate: card.expiryDate };
      },
    });
}
