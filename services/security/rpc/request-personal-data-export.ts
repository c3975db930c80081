import { newId } from '#chassis/id.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { callerOf } from '../approvals.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { insertExport } from '../export-tables.ts';
import { shownExport } from '../exports.ts';

const KEPT_MS = 14 * 24 * 3_600_000;

/** Has everything collected that is held about a customer. That it was proved or approved, the chassis has checked. */
export function requestPersonalDataExport(context: Context): Rpcs<typeof SecurityService>['requestPersonalDataExport'] {
  return (request, call) =>
    context.commands.run(Contract.method.requestPersonalDataExport, request, call, {
      decide: async (tx) => {
        const { customerId: partyId } = request;
        const now = context.now();
        const createMs = now.getTime();
        const asked = {
          id: newId('pde'),
          partyId,
          authorId: callerOf(call).partyId,
          createMs,
          expireMs: createMs + KEPT_MS,
        };
        const [made] = await tx.query(insertExport(asked));
        if (!made) throw refuse('PERSONAL_DATA_EXPORT_UNDER_WAY');
        tx.record({ resourceIds: [asked.id, partyId], partyId });
        const begun = { state: 'collecting', attempt: 0, readyMs: null, jsonBytes: 0, pdfBytes: 0 } as const;
        return { personalDataExport: shownExport({ ...asked, ...begun }, now) };
      },
    });
}
