import { seesWholeBank } from '#chassis/access.ts';
import type { Rpcs } from '#chassis/serve.ts';
import {
  ListReceivedRecallsRequestSchema,
  type TransactionService,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { type ReceivedRecallState, selectReceivedRecalls } from '../recall-tables.ts';
import { RECALL_STATES, recallMessage } from '../recalls.ts';

const WORDS: readonly ReceivedRecallState[] = ['open', 'accepted', 'refused', 'expired'];

/** Lists what other banks ask back, in the order in which it came in. */
export function listReceivedRecalls({
  database,
  pages,
}: Context): Rpcs<typeof TransactionService>['listReceivedRecalls'] {
  return async (request, call) => {
    const { size, after } = pages.read(ListReceivedRecallsRequestSchema, request);
    const accountId = request.accountId === '' ? undefined : request.accountId;
    if (accountId === undefined && !seesWholeBank(call)) throw refuse('ACCOUNT_REQUIRED');
    const state = WORDS.find((word) => RECALL_STATES[word] === request.state);
    const rows = await database.query(selectReceivedRecalls({ accountId, state, after: after?.[0] }, size + 1));
    const shown = rows.slice(0, size);
    const last = shown.at(-1);
    return {
      receivedRecalls: shown.map(recallMessage),
      nextPageToken: rows.length > size && last ? pages.next(ListReceivedRecallsRequestSchema, request, [last.id]) : '',
    };
  };
}
