import {
  ListParkedEventsRequestSchema,
  type OperationsService,
} from '#gen/bank/operations/v1/operations_service_pb.ts';
import { wordOf } from '../call-context.ts';
import { checkNamed, type Operating, shownParked, startOf } from '../operating.ts';
import { selectParked } from '../parked.ts';
import type { Rpcs } from '../serve.ts';

/** Lists the events that are parked here. */
export function listParkedEvents(operating: Operating): Rpcs<typeof OperationsService>['listParkedEvents'] {
  const { database, pages } = operating;
  return async (request) => {
    checkNamed(operating, request);
    const { size, after } = pages.read(ListParkedEventsRequestSchema, request);
    const rows = await database.query(selectParked(wordOf(request.producer), startOf(after), size + 1));
    const page = rows.slice(0, size);
    const last = page.at(-1);
    const more = rows.length > size && last;
    return {
      events: page.map(shownParked),
      nextPageToken: more ? pages.next(ListParkedEventsRequestSchema, request, [last.producer, last.sequence]) : '',
    };
  };
}
