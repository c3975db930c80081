import { NEWEST, selectRetention } from '#chassis/retention-policies.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { type AuditService, ListRetentionPoliciesRequestSchema } from '#gen/bank/audit/v1/audit_service_pb.ts';
import type { Context } from '../context.ts';
import { FIRST, retentionMessage } from '../keeping-tables.ts';

/** Lists the policies of retention, newest first; the last is the one that the bank began with. */
export function listRetentionPolicies(context: Context): Rpcs<typeof AuditService>['listRetentionPolicies'] {
  const { database, pages } = context;
  return async (request) => {
    const { size, after } = pages.read(ListRetentionPoliciesRequestSchema, request);
    const rows = await database.query(selectRetention(Number(after?.[0] ?? NEWEST), size + 1));
    const policies = [...rows.map(retentionMessage), FIRST].slice(0, size);
    const last = policies.at(-1)?.version ?? 0;
    return {
      policies,
      nextPageToken: last > 0 ? pages.next(ListRetentionPoliciesRequestSchema, request, [String(last)]) : '',
    };
  };
}
