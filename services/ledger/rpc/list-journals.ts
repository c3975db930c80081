import { sql } from 'kysely';
import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { ListJournalsRequestSchema } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Context } from '../context.ts';
import { readJournals, readRefused } from '../journals.ts';
import { readLanes } from '../lanes.ts';
import { journalMessage, refusedMessage } from '../messages.ts';

/** Lists journals lane by lane, each in the order in which they were posted. */
export function listJournals({ database, pages }: Context): Rpcs<typeof LedgerService>['listJournals'] {
  return async (request) => {
    const page = await readLanes(
      database,
      pages.read(ListJournalsRequestSchema, request),
      async (lane, position, limit) => {
        const which = sql`j.lane_no = ${lane} and j.position > ${position}::bigint`;
        const posted = await readJournals(database, which, limit);
        if (!request.includeRefused) return posted;
        const refused = await readRefused(database, which, limit);
        return [...posted, ...refused].sort((a, b) => (BigInt(a.at) < BigInt(b.at) ? -1 : 1)).slice(0, limit);
      },
    );
    const token = pages.next(ListJournalsRequestSchema, request, page.position);
    return {
      journals: page.rows.flatMap((row) => ('refusal' in row ? [] : [journalMessage(row)])),
      refusedJournals: page.rows.flatMap((row) => ('refusal' in row ? [refusedMessage(row, row.chained.place)] : [])),
      nextPageToken: page.more ? token : '',
      resumePageToken: token,
    };
  };
}
