import type { Rpcs } from '#chassis/serve.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { ListBlocksRequestSchema } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { readBlocks } from '../blocks.ts';
import type { Context } from '../context.ts';
import { readLanes } from '../lanes.ts';

/** Lists blocks lane by lane, by height. */
export function listBlocks({ database, pages }: Context): Rpcs<typeof LedgerService>['listBlocks'] {
  return async (request) => {
    const page = await readLanes(database, pages.read(ListBlocksRequestSchema, request), (lane, height, limit) =>
      readBlocks(database, { lane, after: height, limit }),
    );
    const token = pages.next(ListBlocksRequestSchema, request, page.position);
    return {
      blocks: page.rows.map(({ header, leaves }) => ({ header, leaves })),
      nextPageToken: page.more ? token : '',
      resumePageToken: token,
    };
  };
}
