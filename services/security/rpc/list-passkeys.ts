import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Rpcs } from '#chassis/serve.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { callerOf } from '../approvals.ts';
import type { Context } from '../context.ts';
import { selectPasskeys } from '../passkey-tables.ts';

/** Lists the passkeys of whoever calls. */
export function listPasskeys({ database }: Context): Rpcs<typeof SecurityService>['listPasskeys'] {
  return async (_request, call) => {
    const rows = await database.query(selectPasskeys(callerOf(call).partyId));
    return {
      passkeys: rows.map(({ id, createMs, lastUseMs, synced }) => ({
        passkeyId: id,
        createTime: timestampFromMs(createMs),
        ...(lastUseMs !== null && { lastUseTime: timestampFromMs(lastUseMs) }),
        synced,
      })),
    };
  };
}
