import type { Rpcs } from '#chassis/serve.ts';
import type { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { selectCard } from '../card-tables.ts';
import { cardMessage } from '../cards.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';

/** Reads a card. */
export function getCard({ database }: Context): Rpcs<typeof AccountService>['getCard'] {
  return async ({ cardId }) => {
    const [row] = await database.query(selectCard(cardId));
    if (!row) throw refuse('CARD_NOT_FOUND');
    return { card: cardMessage(row) };
  };
}
