import type { Rpcs } from '#chassis/serve.ts';
import { type AuditService, AuditService as Contract } from '#gen/bank/audit/v1/audit_service_pb.ts';
import { type CaseRow, updateCase } from '../case-tables.ts';
import { refuseEnded, takeCase } from '../cases.ts';
import type { Context } from '../context.ts';
import { caseMessage } from '../monitoring-messages.ts';

/** Gives a case to somebody to look into. */
export function assignCase({ commands }: Context): Rpcs<typeof AuditService>['assignCase'] {
  return (request, call) =>
    commands.run(Contract.method.assignCase, request, call, {
      decide: async (tx) => {
        const callerId = call.principal?.partyId ?? '';
        const assigneeId = request.assigneeId || callerId;
        const before = await takeCase(tx, request.caseId, [callerId, assigneeId]);
        refuseEnded(before);
        const after: CaseRow = { ...before, state: 'UNDER_REVIEW', assigneeId, updateMs: String(Date.now()) };
        await tx.execute(updateCase(after));
        const changed = { before: { assigneeId: before.assigneeId }, after: { assigneeId } };
        tx.record({ resourceIds: [before.caseId, before.subjectId], partyId: callerId, ...changed });
        return { case: caseMessage(after) };
      },
    });
}
