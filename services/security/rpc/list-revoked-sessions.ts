import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { LIFETIME_SECONDS_MAX } from '#chassis/issuer.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { ListRevokedSessionsRequestSchema, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { selectLastEvent, selectRevoked } from '../session-tables.ts';

/** Lists the sessions that were revoked and may still have a token. */
export function listRevokedSessions(context: Context): Rpcs<typeof SecurityService>['listRevokedSessions'] {
  const { database, pages, now } = context;
  return async (request) => {
    const { size, after } = pages.read(ListRevokedSessionsRequestSchema, request);
    // Before the sessions: what is revoked up to that event is seen by who reads later.
    const [last] = await database.query(selectLastEvent());
    const since = new Date(now().getTime() - LIFETIME_SECONDS_MAX * 1000);
    const rows = await database.query(selectRevoked({ since, after: after?.[0] ?? '', limit: size + 1 }));
    const page = rows.slice(0, size);
    const end = page.at(-1);
    return {
      sessions: page.map(({ id, revokeMs }) => ({ sessionId: id, revokeTime: timestampFromMs(revokeMs) })),
      nextPageToken: rows.length > size && end ? pages.next(ListRevokedSessionsRequestSchema, request, [end.id]) : '',
      producerSequence: String(last?.sequence ?? 0),
    };
  };
}
