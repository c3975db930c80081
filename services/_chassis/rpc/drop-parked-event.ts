import {
  OperationsService as Contract,
  type OperationsService,
} from '#gen/bank/operations/v1/operations_service_pb.ts';
import { wordOf } from '../call-context.ts';
import type { CommandTx } from '../command.ts';
import { checkNamed, type Operating, refuse, shownDropped } from '../operating.ts';
import { dropParked, lockParked, releaseParked, selectDropped, selectParkedAggregate } from '../parked.ts';
import type { Rpcs } from '../serve.ts';

/** Drops a parked event, and lets those that wait behind it be tried again. */
export function dropParkedEvent(operating: Operating): Rpcs<typeof OperationsService>['dropParkedEvent'] {
  return (request, call) => {
    checkNamed(operating, request);
    return operating.commands.run(Contract.method.dropParkedEvent, request, call, {
      decide: async (tx) => {
        const { note, producerSequence: sequence } = request;
        const producer = wordOf(request.producer);
        const aggregateId = await lockFirst(tx, producer, sequence);
        const { partyId = '', approverId = '' } = call.principal ?? {};
        for (const statement of dropParked({ producer, sequence }, { note, actorId: partyId, approverId })) {
          await tx.execute(statement);
        }
        await tx.execute(releaseParked(producer, aggregateId));
        const before = { producer, sequence: String(BigInt(sequence) - 1n) };
        const [dropped] = await tx.query(selectDropped(producer, before, 1));
        if (!dropped) throw new Error(`the event ${sequence} of ${producer} is gone`);
        const { eventId } = dropped;
        tx.record({ resourceIds: [eventId, aggregateId], partyId, after: { producer, eventId, aggregateId, note } });
        return { event: shownDropped(dropped) };
      },
    });
  };
}

/** Locks an event with those of its aggregate, which it is the first of. Answers the aggregate. */
async function lockFirst(tx: CommandTx, producer: string, sequence: string): Promise<string> {
  const [event] = await tx.query(selectParkedAggregate(producer, sequence));
  const rows = event ? await tx.query(lockParked(producer, event.aggregateId)) : [];
  // It may have taken effect while it was waited for.
  const place = rows.findIndex((row) => row.sequence === sequence);
  if (!event || place === -1) throw refuse('PARKED_EVENT_NOT_FOUND');
  if (place > 0) throw refuse('PARKED_EVENT_NOT_FIRST');
  return event.aggregateId;
}
