// The table of contents of what every service answers about itself.
import type { OperationsService } from '#gen/bank/operations/v1/operations_service_pb.ts';
import type { Operating } from './operating.ts';
import { dropParkedEvent } from './rpc/drop-parked-event.ts';
import { getEventFlow } from './rpc/get-event-flow.ts';
import { listDroppedEvents } from './rpc/list-dropped-events.ts';
import { listParkedEvents } from './rpc/list-parked-events.ts';
import { releaseParkedEvents } from './rpc/release-parked-events.ts';
import { republishEvents } from './rpc/republish-events.ts';
import { watchEvents } from './rpc/watch-events.ts';
import type { Rpcs } from './serve.ts';

/** The handlers of the operations of a service. */
export function operations(operating: Operating) {
  return {
    listParkedEvents: listParkedEvents(operating),
    releaseParkedEvents: releaseParkedEvents(operating),
    dropParkedEvent: dropParkedEvent(operating),
    listDroppedEvents: listDroppedEvents(operating),
    getEventFlow: getEventFlow(operating),
    watchEvents: watchEvents(operating),
    republishEvents: republishEvents(operating),
  } satisfies Rpcs<typeof OperationsService>;
}
