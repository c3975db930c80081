import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { ListHoldStepsRequestSchema } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Context } from '../context.ts';
import { readSteps } from '../hold-tables.ts';
import { readLanes } from '../lanes.ts';
import { refusedStepMessage, stepMessage } from '../messages.ts';

/** Lists the steps of holds lane by lane, each in the order in which they were written. */
export function listHoldSteps({ database, pages }: Context): Rpcs<typeof LedgerService>['listHoldSteps'] {
  return async (request) => {
    const page = await readLanes(database, pages.read(ListHoldStepsRequestSchema, request), (lane, after, limit) =>
      readSteps(database, { lane, after, limit }),
    );
    const token = pages.next(ListHoldStepsRequestSchema, request, page.position);
    return {
      holdSteps: page.rows.flatMap((row) => ('refusal' in row ? [] : [stepMessage(row)])),
      refusedHoldSteps: page.rows.flatMap((row) => ('refusal' in row ? [refusedStepMessage(row)] : [])),
      nextPageToken: page.more ? token : '',
      resumePageToken: token,
    };
  };
}
