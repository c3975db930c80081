// The sample service with its relay, which consumes its own events; as a program, for tests that kill it.
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandRecordedSchema, type EventEnvelope } from '#gen/bank/type/v1/event_pb.ts';
import { runService } from '../boot.ts';
import { on } from '../subscription.ts';
import { insertNotes, sampleService } from './sample.ts';

/** The sample service: the effect of an event is a note of it. `meet` and `prepare` may take their time, or throw. */
export function eventSample(
  meet: (envelope: EventEnvelope) => Promise<void> = async () => {},
  prepare: (envelopes: readonly EventEnvelope[]) => Promise<void> = async () => {},
) {
  return {
    ...sampleService(() => ({})),
    subscriptions: () => [
      {
        producer: 'ledger',
        prepare,
        handlers: [
          on(CommandRecordedSchema, async (tx, { requestId }, envelope) => {
            tx.write(insertNotes, { id: envelope.aggregateId, text: requestId });
            await meet(envelope);
          }),
        ],
      },
    ],
  };
}

if (import.meta.main) await runService(eventSample(() => sleep(1)));
