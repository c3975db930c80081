import type { Rpcs } from '#chassis/serve.ts';
import { type AuditService, AuditService as Contract } from '#gen/bank/audit/v1/audit_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { holdMessage, lockHold, releaseHold } from '../keeping-tables.ts';

/** Releases a hold. */
export function releaseLegalHold({ commands, vault }: Context): Rpcs<typeof AuditService>['releaseLegalHold'] {
  return (request, call) =>
    commands.run(Contract.method.releaseLegalHold, request, call, {
      decide: async (tx) => {
        const [row] = await tx.query(lockHold(request.legalHoldId));
        if (!row) throw refuse('LEGAL_HOLD_NOT_FOUND');
        if (row.releaseMs !== null) throw refuse('LEGAL_HOLD_RELEASED');
        const { partyId: releaserId = '', approverId = '' } = call.principal ?? {};
        const released = { ...row, releaseMs: String(Date.now()), releaserId, approverId };
        await tx.execute(releaseHold(released));
        const resourceIds = [row.legalHoldId, row.partyId, row.resourceId].filter((id) => id !== '');
        tx.record({ resourceIds, partyId: releaserId, before: { released: false }, after: { released: true } });
        return { legalHold: await holdMessage(vault, released) };
      },
    });
}
