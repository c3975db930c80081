import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Rpcs } from '#chassis/serve.ts';
import { type AuditService, AuditService as Contract } from '#gen/bank/audit/v1/audit_service_pb.ts';
import { updateCase } from '../case-tables.ts';
import { takeCase, writeNote } from '../cases.ts';
import type { Context } from '../context.ts';

/** Writes down something about a case. */
export function addCaseNote({ commands, vault }: Context): Rpcs<typeof AuditService>['addCaseNote'] {
  return (request, call) =>
    commands.run(Contract.method.addCaseNote, request, call, {
      decide: async (tx) => {
        const { caseId, text } = request;
        const authorId = call.principal?.partyId ?? '';
        const before = await takeCase(tx, caseId, [authorId]);
        const createMs = Date.now();
        const noteNumber = await writeNote(tx, vault, { caseId, authorId, text, createMs });
        await tx.execute(updateCase({ ...before, updateMs: String(createMs) }));
        tx.record({ resourceIds: [caseId, before.subjectId], partyId: authorId, after: { noteNumber, text } });
        return { note: { noteNumber, authorId, text, createTime: timestampFromMs(createMs) } };
      },
    });
}
