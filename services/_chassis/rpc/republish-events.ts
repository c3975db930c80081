import {
  OperationsService as Contract,
  type OperationsService,
} from '#gen/bank/operations/v1/operations_service_pb.ts';
import { checkNamed, type Operating, refuse } from '../operating.ts';
import { askAnew, selectLastNumber } from '../relay-state.ts';
import type { Rpcs } from '../serve.ts';

/** Asks the relay, wherever it runs, to publish the service's events anew. */
export function republishEvents(operating: Operating): Rpcs<typeof OperationsService>['republishEvents'] {
  return (request, call) => {
    checkNamed(operating, request);
    return operating.commands.run(Contract.method.republishEvents, request, call, {
      decide: async (tx) => {
        const from = Number(request.fromSequence);
        const [numbers] = await tx.query(selectLastNumber());
        const last = Number(numbers?.last ?? 0);
        // A stream that begins with a later one would be of no event that there is.
        if (from > last) throw refuse('EVENT_NUMBER_AHEAD');
        await tx.execute(askAnew(from));
        tx.record({ resourceIds: [operating.name], partyId: call.principal?.partyId ?? '' });
        return { eventCount: BigInt(last - from + 1) };
      },
    });
  };
}
