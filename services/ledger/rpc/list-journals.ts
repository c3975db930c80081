import { sql } from 'kysely';
import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { ListJournalsRequestSchema } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Context } from '../context.ts';
import { readJournals } from '../journals.ts';
import { journalMessage } from '../messages.ts';

/** Lists journals in the order in which they were posted. */
export function listJournals({ database, pages }: Context): Rpcs<typeof LedgerService>['listJournals'] {
  return async (request) => {
    const { size, after } = pages.read(ListJournalsRequestSchema, request);
    const rows = await readJournals(database, sql`j.no > ${after?.[0] ?? '-1'}::bigint`, size + 1);
    const page = rows.slice(0, size);
    const last = page.at(-1);
    return {
      journals: page.map((row) => journalMessage(row)),
      nextPageToken: rows.length > size && last ? pages.next(ListJournalsRequestSchema, request, [last.no]) : '',
    };
  };
}
