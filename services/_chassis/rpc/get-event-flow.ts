import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { OperationsService } from '#gen/bank/operations/v1/operations_service_pb.ts';
import { workloadOf } from '../call-context.ts';
import { lagBehind } from '../lag.ts';
import { checkNamed, type Operating } from '../operating.ts';
import { countParked } from '../parked.ts';
import { readOwnFlow } from '../relay-state.ts';
import type { Rpcs } from '../serve.ts';

/** Says how the service's events flow, and those that it consumes. */
export function getEventFlow(operating: Operating): Rpcs<typeof OperationsService>['getEventFlow'] {
  const { database, producers } = operating;
  return async (request, call) => {
    checkNamed(operating, request);
    const [own, parked, lags] = await Promise.all([
      readOwnFlow(database),
      database.query(countParked()),
      Promise.all(producers.map((producer) => lagBehind(operating, producer, call.log))),
    ]);
    const counts = new Map(parked.map(({ producer, count }) => [producer, count]));
    return {
      lastSequence: BigInt(own.last),
      publishedSequence: BigInt(own.published),
      unpublishedCount: BigInt(own.unpublished),
      ...(own.oldestMs !== undefined && { oldestUnpublishedTime: timestampFromMs(own.oldestMs) }),
      ...(own.seenMs !== undefined && { relaySeenTime: timestampFromMs(own.seenMs) }),
      republishSequence: BigInt(own.republish ?? 0),
      consumed: producers.map((producer, index) => {
        const lag = lags[index];
        return {
          producer: workloadOf(producer),
          parkedCount: BigInt(counts.get(producer) ?? 0),
          ...(lag && { lagEvents: BigInt(lag.events), lagMilliseconds: BigInt(lag.milliseconds) }),
        };
      }),
    };
  };
}
