import { type JsonObject, toBinary, toJson } from '@bufbuild/protobuf';
import { readInstant } from '#chassis/dates.ts';
import { asBuffer } from '#chassis/encode.ts';
import { newId } from '#chassis/id.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { type AuditService, AuditService as Contract } from '#gen/bank/audit/v1/audit_service_pb.ts';
import { LegalHoldSchema } from '#gen/bank/audit/v1/keeping_pb.ts';
import { SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { holdMessage, insertHold, lockHolds, REASON_CONTEXT, spreadHolds } from '../keeping-tables.ts';

/** Holds records until they are released. */
export function placeLegalHold({ commands, vault }: Context): Rpcs<typeof AuditService>['placeLegalHold'] {
  return (request, call) =>
    commands.run(Contract.method.placeLegalHold, request, call, {
      decide: async (tx) => {
        const { partyId, resourceId, startTime, endTime, reason } = request;
        const startMs = startTime ? readInstant('start_time', startTime) : undefined;
        const endMs = endTime ? readInstant('end_time', endTime) : undefined;
        const coversNothing = !partyId && !resourceId && startMs === undefined && endMs === undefined;
        if (coversNothing || (startMs !== undefined && endMs !== undefined && startMs >= endMs)) {
          throw refuse('LEGAL_HOLD_INVALID');
        }
        await tx.query(lockHolds());
        const authorId = call.principal?.partyId ?? '';
        const sealed = await vault.seal(authorId, REASON_CONTEXT, Buffer.from(reason));
        const row = {
          legalHoldId: newId('lgh'),
          partyId,
          resourceId,
          startMs: startMs === undefined ? null : String(startMs),
          endMs: endMs === undefined ? null : String(endMs),
          authorId,
          createMs: String(Date.now()),
          releaseMs: null,
          releaserId: '',
          approverId: '',
        };
        await tx.execute(insertHold({ ...row, sealed }));
        if (partyId) await tx.execute(spreadHolds(partyId));
        const legalHold = await holdMessage(vault, { ...row, reason: asBuffer(toBinary(SealedSchema, sealed)) });
        const resourceIds = [row.legalHoldId, partyId, resourceId].filter((id) => id !== '');
        tx.record({ resourceIds, partyId: authorId, after: toJson(LegalHoldSchema, legalHold) as JsonObject });
        return { legalHold };
      },
    });
}
