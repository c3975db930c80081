import { newId } from '#chassis/id.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { CardNumberRevealedSchema } from '#gen/bank/account/v1/account_events_pb.ts';
import { type AccountService, AccountService as Contract } from '#gen/bank/account/v1/account_service_pb.ts';
import { usePermit } from '../card-reveal-tables.ts';
import { selectNumber } from '../card-tables.ts';
import { checkCardholder, openNumber, readCard } from '../cards.ts';
import { isCustomer } from '../changes.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';

/** Shows the number of a card. It is a command, so that it is recorded who was shown it, and its holder is told. */
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
        const toStaff = !isCustomer(call);
        const staffId = call.principal?.partyId ?? '';
        if (toStaff && (await tx.query(usePermit(card.id, staffId))).length === 0) {
          throw refuse('CARD_REVEAL_NOT_PERMITTED', { card_id: card.id });
        }
        const { id: cardId, accountId, customerId } = card;
        // No change of the card: each time is a thing of its own.
        const once = { id: newId('crv'), sequence: 1 };
        tx.publish(CardNumberRevealedSchema, { cardId, accountId, customerId, toStaff }, once);
        tx.record({ resourceIds: [cardId, accountId], partyId: customerId });
        return { cardNumber, expiryDate: card.expiryDate };
      },
    });
}
