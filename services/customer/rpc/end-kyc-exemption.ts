import type { Rpcs } from '#chassis/serve.ts';
import { CustomerService as Contract, type CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { assess } from '../assessing.ts';
import { loadActive } from '../changes.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { profileMessage } from '../evidence.ts';
import { currentTiers } from '../kyc-tables.ts';
import { warmKey } from '../profile.ts';

/** Ends that a customer is exempt. */
export function endKycExemption(context: Context): Rpcs<typeof CustomerService>['endKycExemption'] {
  return (request, call) =>
    context.commands.run(Contract.method.endKycExemption, request, call, {
      prepare: () => warmKey(context, request.customerId),
      decide: async (tx) => {
        const { row } = await loadActive(tx, context.vault, request.customerId);
        if (!row.exempt) throw refuse('CUSTOMER_NOT_EXEMPT');
        row.exempt = false;
        const set = await currentTiers(tx);
        await assess(tx, context, row, set);
        await tx.em.flush();
        tx.record({
          resourceIds: [row.id],
          partyId: row.id,
          before: { exempt: true },
          after: { exempt: false, tierCode: row.tierCode },
        });
        return { profile: await profileMessage(tx.em, row, set) };
      },
    });
}
