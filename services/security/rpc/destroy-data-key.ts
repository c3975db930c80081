import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { selectMergedInto } from '#chassis/merged-parties.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { destroyKeysOf } from '../merged-customers.ts';

/** Erases a party by destroying their data key. */
export function destroyDataKey(context: Context): Rpcs<typeof SecurityService>['destroyDataKey'] {
  return async (request, call) => {
    const { partyId } = request;
    const answer = await context.commands.run(Contract.method.destroyDataKey, request, call, {
      decide: async (tx) => {
        const now = context.now();
        const resourceIds = await destroyKeysOf(tx, partyId, now);
        tx.record({ resourceIds, partyId: call.principal?.partyId ?? '' });
        return { destroyTime: timestampFromDate(now) };
      },
    });
    // A key of the time before security had them may lie about still; a repeat removes what the first call did not come to.
    if (!request.validateOnly) {
      const merged = await context.database.query(selectMergedInto(partyId));
      for (const id of [partyId, ...merged.map((one) => one.id)]) await context.dataKeys.files.remove(id);
    }
    return answer;
  };
}
