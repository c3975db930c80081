import type { Rpcs } from '#chassis/serve.ts';
import {
  ListSuspenseItemsRequestSchema,
  type TransactionService,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { itemMessage, SUSPENSE_STATES } from '../suspense.ts';
import { type SuspenseState, selectItems } from '../suspense-tables.ts';

/** Lists money in suspense, in the order in which it came in. */
export function listSuspenseItems({
  database,
  pages,
  vault,
}: Context): Rpcs<typeof TransactionService>['listSuspenseItems'] {
  return async (request) => {
    const { size, after } = pages.read(ListSuspenseItemsRequestSchema, request);
    const words = Object.keys(SUSPENSE_STATES) as SuspenseState[];
    const state = words.find((word) => SUSPENSE_STATES[word] === request.state);
    const rows = await database.query(selectItems(state, after?.[0], size + 1));
    const shown = rows.slice(0, size);
    const last = shown.at(-1);
    return {
      suspenseItems: await Promise.all(shown.map((row) => itemMessage(vault, row))),
      nextPageToken: rows.length > size && last ? pages.next(ListSuspenseItemsRequestSchema, request, [last.id]) : '',
    };
  };
}
