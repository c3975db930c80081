import type { Rpcs } from '#chassis/serve.ts';
import { type AuditService, AuditService as Contract } from '#gen/bank/audit/v1/audit_service_pb.ts';
import { CaseState } from '#gen/bank/audit/v1/monitoring_pb.ts';
import { type CaseRow, updateCase } from '../case-tables.ts';
import { refuseEnded, takeCase, writeNote } from '../cases.ts';
import type { Context } from '../context.ts';
import { caseMessage } from '../monitoring-messages.ts';

/** Ends a case. */
export function decideCase({ commands, vault }: Context): Rpcs<typeof AuditService>['decideCase'] {
  return (request, call) =>
    commands.run(Contract.method.decideCase, request, call, {
      decide: async (tx) => {
        const { caseId, text } = request;
        const authorId = call.principal?.partyId ?? '';
        const before = await takeCase(tx, caseId, [authorId]);
        refuseEnded(before);
        const createMs = Date.now();
        await writeNote(tx, vault, { caseId, authorId, text, createMs });
        const state = request.state === CaseState.REPORTED ? 'REPORTED' : 'DISMISSED';
        const after: CaseRow = { ...before, state, updateMs: String(createMs) };
        await tx.execute(updateCase(after));
        const changed = { before: { state: before.state }, after: { state, text } };
        tx.record({ resourceIds: [caseId, before.subjectId], partyId: authorId, ...changed });
        return { case: caseMessage(after) };
      },
    });
}
