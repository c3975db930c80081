import {
  ListDroppedEventsRequestSchema,
  type OperationsService,
} from '#gen/bank/operations/v1/operations_service_pb.ts';
import { wordOf } from '../call-context.ts';
import { checkNamed, type Operating, shownDropped, startOf } from '../operating.ts';
import { selectDropped } from '../parked.ts';
import type { Rpcs } from '../serve.ts';

/** Lists the events that were dropped here. */
export function listDroppedEvents(operating: Operating): Rpcs<typeof OperationsService>['listDroppedEvents'] {
  const { database, pages } = operating;
  return async (request) => {
    checkNamed(operating, request);
    const { size, after } = pages.read(ListDroppedEventsRequestSchema, request);
    const rows = await database.query(selectDropped(wordOf(request.producer), startOf(after), size + 1));
    const page = rows.slice(0, size);
    const last = page.at(-1);
    const more = rows.length > size && last;
    return {
      events: page.map(shownDropped),
      nextPageToken: more ? pages.next(ListDroppedEventsRequestSchema, request, [last.producer, last.sequence]) : '',
    };
  };
}
