import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { Rpcs } from '#chassis/serve.ts';
import { SecurityService as Contract, type SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { dataKeyDestroyed } from '../events.ts';
import { expireExports } from '../export-tables.ts';
import { destroyDataKey as destroy, lockDataKey } from '../key-tables.ts';

/** Erases a party by destroying their data key. */
export function destroyDataKey(context: Context): Rpcs<typeof SecurityService>['destroyDataKey'] {
  return async (request, call) => {
    const { partyId } = request;
    const answer = await context.commands.run(Contract.method.destroyDataKey, request, call, {
      decide: async (tx) => {
        const [key] = await tx.query(lockDataKey(partyId));
        if (key?.destroyed) throw refuse('DATA_KEY_DESTROYED');
        const now = context.now();
        await tx.execute(destroy(partyId, now));
        // Nobody can read what was collected of them any more.
        await tx.execute(expireExports(partyId, now));
        dataKeyDestroyed(tx, partyId);
        tx.record({ resourceIds: [partyId], partyId: call.principal?.partyId ?? '' });
        return { destroyTime: timestampFromDate(now) };
      },
    });
    // A key of the time before security had them may lie about still; a repeat removes what the first call did not come to.
    if (!request.validateOnly) await context.dataKeys.files.remove(partyId);
    return answer;
  };
}
