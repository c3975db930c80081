import type { Rpcs } from '#chassis/serve.ts';
import { type AccountService, ListCardsRequestSchema } from '#gen/bank/account/v1/account_service_pb.ts';
import { readRow } from '../accounts.ts';
import { selectCardsOf } from '../card-tables.ts';
import { cardMessage } from '../cards.ts';
import type { Context } from '../context.ts';

/** Lists the cards of an account, newest first. */
export function listCards({ database, pages }: Context): Rpcs<typeof AccountService>['listCards'] {
  return async (request) => {
    const { accountId } = request;
    const { size, after } = pages.read(ListCardsRequestSchema, request);
    await readRow(database, accountId);
    const rows = await database.query(selectCardsOf(accountId, after?.[0], size + 1));
    const page = rows.slice(0, size);
    const last = page.at(-1);
    return {
      cards: page.map(cardMessage),
      nextPageToken: rows.length > size && last ? pages.next(ListCardsRequestSchema, request, [last.id]) : '',
    };
  };
}
