import type { Rpcs } from '#chassis/serve.ts';
import type { AuditService } from '#gen/bank/audit/v1/audit_service_pb.ts';
import { ListCheckpointsRequestSchema } from '#gen/bank/audit/v1/audit_service_pb.ts';
import type { Context } from '../context.ts';

/** Lists the checkpoints that the object store has. */
export function listCheckpoints({ checkpoints, pages }: Context): Rpcs<typeof AuditService>['listCheckpoints'] {
  return async (request) => {
    const { size, after } = pages.read(ListCheckpointsRequestSchema, request);
    const found = await checkpoints.list({ after: after?.[0] ?? '', limit: size + 1 });
    const page = found.slice(0, size);
    const last = page.at(-1);
    return {
      checkpoints: page.map(({ checkpoint }) => checkpoint),
      nextPageToken: found.length > size && last ? pages.next(ListCheckpointsRequestSchema, request, [last.key]) : '',
    };
  };
}
