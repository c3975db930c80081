import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { refuseCall } from '#chassis/errors.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { LimitSetSchema } from '#gen/bank/transaction/v1/limit_pb.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { checkLimits } from '../domain/limits.ts';
import { currentLimits, insertLimitSet, lockLimitSets } from '../limits.ts';

const COOLING_OFF_HOURS = 24;

/** Puts limits in force, in the place of those that the caller has seen. */
export function publishLimitSet({ commands, limits }: Context): Rpcs<typeof TransactionService>['publishLimitSet'] {
  return async (request, call) => {
    const answer = await commands.run(TransactionService.method.publishLimitSet, request, call, {
      decide: async (tx) => {
        checkLimits(request.limits);
        await tx.query(lockLimitSets());
        const version = (await currentLimits(tx))?.version ?? 0;
        if (version !== request.baseVersion) throw refuseCall('ETAG_MISMATCH');
        const { partyId: authorId = '', approverId = '' } = call.principal ?? {};
        const now = Date.now();
        const limitSet = create(LimitSetSchema, {
          version: version + 1,
          limits: request.limits,
          coolingOffHours: request.coolingOffHours ?? COOLING_OFF_HOURS,
          ...(request.payeeCoolingOffHours !== undefined && { payeeCoolingOffHours: request.payeeCoolingOffHours }),
          authorId,
          approverId,
          createTime: timestampFromMs(now),
        });
        await tx.execute(insertLimitSet(limitSet, now));
        tx.record({ resourceIds: [`limit_sets/${limitSet.version}`], partyId: authorId });
        return { limitSet };
      },
    });
    await limits.refresh();
    return answer;
  };
}
