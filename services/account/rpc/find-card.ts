import type { Rpcs } from '#chassis/serve.ts';
import type { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { selectByNumber } from '../card-tables.ts';
import { cardMessage, hashNumber } from '../cards.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';

/** Finds a card by its number. */
export function findCard({ database, vault }: Context): Rpcs<typeof AccountService>['findCard'] {
  return async ({ cardNumber }) => {
    const [row] = await database.query(selectByNumber(hashNumber(vault, cardNumber)));
    if (!row) throw refuse('CARD_NOT_FOUND');
    return { card: cardMessage(row), partyId: row.partyId };
  };
}
