import { setTimeout as sleep } from 'node:timers/promises';
import { fromBinary } from '@bufbuild/protobuf';
import type { OperationsService } from '#gen/bank/operations/v1/operations_service_pb.ts';
import { EventEnvelopeSchema } from '#gen/bank/type/v1/event_pb.ts';
import { type NumberedOfTypes, numberedOfTypes } from '../numbering.ts';
import { checkNamed, type Operating, refuse } from '../operating.ts';
import { fitting } from '../page.ts';
import { selectLastNumber } from '../relay-state.ts';
import type { Rpcs } from '../serve.ts';

/** So many events stand in one message at most. */
const PAGE = 100;
/** Of so many numbers at once events of some types are looked for, which may be few. */
const WINDOW = 10_000;
const LOOK_MS = 500;

/** Watches the service's own events, out of the outbox: they are there however the bus is. */
export function watchEvents(operating: Operating): Rpcs<typeof OperationsService>['watchEvents'] {
  const { database } = operating;
  const lastNumber = async (): Promise<number> => Number((await database.query(selectLastNumber()))[0]?.last ?? 0);

  return async function* watch(request, { signal }) {
    checkNamed(operating, request);
    let last = await lastNumber();
    let next = request.fromSequence === '' ? last + 1 : Number(request.fromSequence);
    if (next > last + 1) throw refuse('EVENT_NUMBER_AHEAD');
    for (let first = true; !signal.aborted; first = false) {
      const to = Math.min(last, next + WINDOW - 1);
      const rows = await database.query(numberedOfTypes({ from: next, to, types: request.types, limit: PAGE }));
      const page = fitting(rows, ({ envelope }) => envelope.length);
      const isWhole = page.length === rows.length && rows.length < PAGE;
      next = isWhole ? to + 1 : Number(page.at(-1)?.producer_sequence ?? to) + 1;
      if (page.length > 0 || first) yield { events: page.map(numbered), nextSequence: BigInt(next) };
      if (next > last) {
        await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
        last = await lastNumber();
      }
    }
  };
}

function numbered({ envelope, producer_sequence, previous_sequence }: NumberedOfTypes) {
  const numbers = { producerSequence: BigInt(producer_sequence), previousSequence: BigInt(previous_sequence) };
  return { ...fromBinary(EventEnvelopeSchema, envelope), ...numbers };
}
