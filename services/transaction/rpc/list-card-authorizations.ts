import type { Rpcs } from '#chassis/serve.ts';
import {
  ListCardAuthorizationsRequestSchema,
  type TransactionService,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { selectOfAccount } from '../card-tables.ts';
import { cardAuthorizationMessage } from '../cards.ts';
import type { Context } from '../context.ts';

/** Lists what was asked by the cards of an account, newest first. */
export function listCardAuthorizations({
  database,
  pages,
  vault,
}: Context): Rpcs<typeof TransactionService>['listCardAuthorizations'] {
  return async (request) => {
    const { size, after } = pages.read(ListCardAuthorizationsRequestSchema, request);
    const rows = await database.query(selectOfAccount(request.accountId, after?.[0], size + 1));
    const page = rows.slice(0, size);
    const last = page.at(-1);
    return {
      cardAuthorizations: await Promise.all(page.map((row) => cardAuthorizationMessage(vault, row))),
      nextPageToken:
        rows.length > size && last ? pages.next(ListCardAuthorizationsRequestSchema, request, [last.id]) : '',
    };
  };
}
