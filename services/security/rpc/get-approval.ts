import { fromBinary, toJsonString } from '@bufbuild/protobuf';
import type { Rpcs } from '#chassis/serve.ts';
import type { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { ApprovalRow } from '../approval-tables.ts';
import { selectApproval } from '../approval-tables.ts';
import { callerOf, REQUEST_CONTEXT, sealedIn, seen, shown } from '../approvals.ts';
import type { Context } from '../context.ts';

/** Shows an approval with the request that would be executed, as its checker must be able to read it. */
export function getApproval(context: Context): Rpcs<typeof SecurityService>['getApproval'] {
  return async ({ approvalId }, call) => {
    const [found] = await context.database.query(selectApproval(approvalId));
    const row = seen(found, callerOf(call));
    return { approval: shown(row, await context.executor.now(call)), request: await readable(context, row) };
  };
}

async function readable({ vault, executor }: Context, row: ApprovalRow): Promise<string> {
  const bytes = await vault.open(sealedIn(row.request), REQUEST_CONTEXT);
  if (!bytes) return '';
  const { input } = executor.method(row.rpc);
  return toJsonString(input, fromBinary(input, bytes));
}
