import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { refuseCall } from '#chassis/errors.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { CustomerService as Contract, type CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { KycTierSetSchema } from '#gen/bank/customer/v1/kyc_pb.ts';
import type { Context } from '../context.ts';
import { checkTierSet } from '../domain/kyc.ts';
import { publishTierSet } from '../events.ts';
import { currentTiers, insertTierSet, lockTierSets, tellTierSets, tierSetFrom } from '../kyc-tables.ts';

/** Puts tiers in force, in the place of those that the caller has seen. */
export function publishKycTierSet({ commands }: Context): Rpcs<typeof CustomerService>['publishKycTierSet'] {
  return (request, call) =>
    commands.run(Contract.method.publishKycTierSet, request, call, {
      decide: async (tx) => {
        checkTierSet(request);
        await tx.query(lockTierSets());
        const before = await currentTiers(tx);
        if (before.version !== request.baseVersion) throw refuseCall('ETAG_MISMATCH');
        const { tiers, validities, highRiskCountryCodes, monitoredCountryCodes, verificationRequired } = request;
        const { partyId: authorId = '', approverId = '' } = call.principal ?? {};
        const now = Date.now();
        const terms = { tiers, validities, highRiskCountryCodes, monitoredCountryCodes, verificationRequired };
        const by = { version: before.version + 1, authorId, approverId, createTime: timestampFromMs(now) };
        const set = create(KycTierSetSchema, { ...terms, ...by });
        await tx.execute(insertTierSet(set, now));
        // In their order, though this process came first.
        for (const untold of await tx.query(tellTierSets())) publishTierSet(tx, tierSetFrom(untold));
        publishTierSet(tx, set);
        tx.record({ resourceIds: [`kyc_tiers/${set.version}`], partyId: authorId });
        return { tierSet: set };
      },
    });
}
