import {
  OperationsService as Contract,
  type OperationsService,
} from '#gen/bank/operations/v1/operations_service_pb.ts';
import { wordOf } from '../call-context.ts';
import { checkNamed, type Operating, refuse } from '../operating.ts';
import { lockParked, releaseParked } from '../parked.ts';
import type { Rpcs } from '../serve.ts';

/** Lets the parked events of an aggregate be tried again. */
export function releaseParkedEvents(operating: Operating): Rpcs<typeof OperationsService>['releaseParkedEvents'] {
  return (request, call) => {
    checkNamed(operating, request);
    return operating.commands.run(Contract.method.releaseParkedEvents, request, call, {
      decide: async (tx) => {
        const producer = wordOf(request.producer);
        const parked = await tx.query(lockParked(producer, request.aggregateId));
        if (parked.length === 0) throw refuse('PARKED_EVENT_NOT_FOUND');
        await tx.execute(releaseParked(producer, request.aggregateId));
        tx.record({ resourceIds: [request.aggregateId], partyId: call.principal?.partyId ?? '' });
        return { releasedCount: parked.length };
      },
    });
  };
}
