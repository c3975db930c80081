import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Rpcs } from '#chassis/serve.ts';
import { ListSessionsRequestSchema, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { selectSessions } from '../tables.ts';

/** Lists the caller's sessions, newest first. */
export function listSessions({ database, pages, now }: Context): Rpcs<typeof SecurityService>['listSessions'] {
  return async (request, { principal }) => {
    const { partyId = '', sessionId = '' } = principal ?? {};
    const { size, after } = pages.read(ListSessionsRequestSchema, request);
    const rows = await database.query(selectSessions({ partyId, now: now(), before: after?.[0], limit: size + 1 }));
    const page = rows.slice(0, size);
    const last = page.at(-1);
    return {
      sessions: page.map(({ id, startMs, expireMs }) => ({
        sessionId: id,
        startTime: timestampFromMs(startMs),
        expireTime: timestampFromMs(expireMs),
        isCurrent: id === sessionId,
      })),
      nextPageToken: rows.length > size && last ? pages.next(ListSessionsRequestSchema, request, [last.id]) : '',
    };
  };
}
