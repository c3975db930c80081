import type { Rpcs } from '#chassis/serve.ts';
import {
  ListReadRecordingPoliciesRequestSchema,
  type SecurityService,
} from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { selectReadPolicies } from '../read-tables.ts';
import { FIRST_READS, readPolicyMessage } from '../reads.ts';

/** Lists the policies of recording reads, newest first; the last is the one that the bank began with. */
export function listReadRecordingPolicies(context: Context): Rpcs<typeof SecurityService>['listReadRecordingPolicies'] {
  const { database, pages } = context;
  return async (request) => {
    const { size, after } = pages.read(ListReadRecordingPoliciesRequestSchema, request);
    const rows = await database.query(selectReadPolicies(Number(after?.[0] ?? 2 ** 31 - 1), size + 1));
    const all = [...rows.map(readPolicyMessage), FIRST_READS];
    const policies = all.slice(0, size);
    const last = policies.at(-1)?.version ?? 0;
    return {
      policies,
      nextPageToken: last > 0 ? pages.next(ListReadRecordingPoliciesRequestSchema, request, [String(last)]) : '',
    };
  };
}
