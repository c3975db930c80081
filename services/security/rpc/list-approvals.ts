import type { Rpcs } from '#chassis/serve.ts';
import { ApprovalState, ApprovalStateSchema } from '#gen/bank/security/v1/approval_pb.ts';
import { ListApprovalsRequestSchema, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { selectApprovals } from '../approval-tables.ts';
import { callerOf, seesAll, shown } from '../approvals.ts';
import type { Context } from '../context.ts';
import type { State } from '../domain/approval.ts';

/** Lists, newest first, the approvals that the caller may decide on or made. */
export function listApprovals(context: Context): Rpcs<typeof SecurityService>['listApprovals'] {
  const { database, pages, executor } = context;
  return async (request, call) => {
    const who = callerOf(call);
    const { size, after } = pages.read(ListApprovalsRequestSchema, request);
    const now = await executor.now(call);
    const filter = { who, all: seesAll(who), state: stateIn(request.state), now };
    const rows = await database.query(selectApprovals({ ...filter, before: after?.[0], limit: size + 1 }));
    const page = rows.slice(0, size);
    const last = page.at(-1);
    return {
      approvals: page.map((row) => shown(row, now)),
      nextPageToken: rows.length > size && last ? pages.next(ListApprovalsRequestSchema, request, [last.id]) : '',
    };
  };
}

function stateIn(state: ApprovalState): State | undefined {
  return state === ApprovalState.UNSPECIFIED
    ? undefined
    : (ApprovalStateSchema.value[state]?.localName.toLowerCase() as State);
}
