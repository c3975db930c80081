import type { Rpcs } from '#chassis/serve.ts';
import { CustomerService as Contract, type CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { assess } from '../assessing.ts';
import { loadActive } from '../changes.ts';
import type { Context } from '../context.ts';
import { currentTiers, RiskOverrideRow } from '../kyc-tables.ts';
import { warmKey } from '../profile.ts';
import { overrideMessage, sealReason } from '../risk-overrides.ts';

/** Says what a customer's risk is to be taken for, which another officer has approved. */
export function overrideRiskRating(context: Context): Rpcs<typeof CustomerService>['overrideRiskRating'] {
  const { commands, vault } = context;
  return (request, call) =>
    commands.run(Contract.method.overrideRiskRating, request, call, {
      prepare: () => warmKey(context, request.customerId),
      decide: async (tx) => {
        const { customerId, rating, reason } = request;
        const { row } = await loadActive(tx, vault, customerId);
        const before = row.riskRating;
        const version = 1 + (await tx.em.count(RiskOverrideRow, { customerId }));
        const { partyId: authorId = '', approverId = '' } = call.principal ?? {};
        const by = { authorId, approverId, createTime: new Date() };
        const sealed = await sealReason(vault, customerId, reason);
        const said = tx.em.create(RiskOverrideRow, { customerId, version, rating, reason: sealed, ...by });
        await tx.em.flush();
        await assess(tx, context, row, await currentTiers(tx));
        await tx.em.flush();
        tx.record({
          resourceIds: [`risk_override/${customerId}/${version}`, customerId],
          partyId: customerId,
          before: { rating: before },
          after: { rating: row.riskRating },
        });
        return { override: await overrideMessage(vault, said), rating: row.riskRating };
      },
    });
}
