import type { Rpcs } from '#chassis/serve.ts';
import {
  ListTillEntriesRequestSchema,
  type TransactionService,
} from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { selectTillEntries, selectTills } from '../till-tables.ts';
import { tillEntryMessage } from '../tills.ts';

/** Lists the journal of a till, in its order. */
export function listTillEntries({ database, pages }: Context): Rpcs<typeof TransactionService>['listTillEntries'] {
  return async (request) => {
    const { size, after } = pages.read(ListTillEntriesRequestSchema, request);
    if ((await database.query(selectTills([request.tillId]))).length === 0) throw refuse('TILL_NOT_FOUND');
    const rows = await database.query(selectTillEntries(request.tillId, Number(after?.[0] ?? 0), size + 1));
    const shown = rows.slice(0, size);
    const last = shown.at(-1);
    return {
      entries: shown.map(tillEntryMessage),
      nextPageToken:
        rows.length > size && last ? pages.next(ListTillEntriesRequestSchema, request, [String(last.no)]) : '',
    };
  };
}
