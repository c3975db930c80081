import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Rpcs } from '#chassis/serve.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { callerOf } from '../approvals.ts';
import type { Context } from '../context.ts';
import { selectTrustedPayees } from '../payee-tables.ts';

/** Lists whom the customer trusts. */
export function listTrustedPayees({ database }: Context): Rpcs<typeof SecurityService>['listTrustedPayees'] {
  return async (_request, call) => {
    const rows = await database.query(selectTrustedPayees(callerOf(call).partyId));
    return {
      trustedPayees: rows.map(({ id, accountId, createMs }) => ({
        trustedPayeeId: id,
        creditorAccountId: accountId,
        createTime: timestampFromMs(createMs),
      })),
    };
  };
}
