import type { Rpcs } from '#chassis/serve.ts';
import { IntegrationService } from '#gen/bank/integration/v1/integration_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { exceptionMessage } from '../reconciliation-exceptions.ts';
import { assignEntry, lockEntries } from '../reconciliation-tables.ts';

/** Gives an exception to the caller to look after, or back to nobody. */
export function assignReconciliationException({
  commands,
}: Context): Rpcs<typeof IntegrationService>['assignReconciliationException'] {
  return (request, call) =>
    commands.run(IntegrationService.method.assignReconciliationException, request, call, {
      decide: async (tx) => {
        const [row] = await tx.query(lockEntries([request.exceptionNumber]));
        if (!row) throw refuse('RECONCILIATION_EXCEPTION_NOT_FOUND');
        if (row.matchNumber !== null) throw refuse('RECONCILIATION_EXCEPTION_RESOLVED');
        const partyId = call.principal?.partyId ?? '';
        const assignee = request.release ? '' : partyId;
        await tx.execute(assignEntry(row.number, assignee));
        tx.record({ resourceIds: ['reconciliation'], partyId });
        return { reconciliationException: exceptionMessage({ ...row, assignee }) };
      },
    });
}
