// What the RPCs of operations share: what they work with, why they say no, and how they show events.
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Workload } from '#gen/bank/options/v1/options_pb.ts';
import type { Bus } from './bus.ts';
import { wordOf, workloadOf } from './call-context.ts';
import type { Commands } from './command.ts';
import type { Database } from './database.ts';
import { refusals } from './errors.ts';
import type { Pages } from './page.ts';
import type { After, DroppedRow, ParkedRow } from './parked.ts';
import type { ServiceName } from './services.ts';

/** What the operations of a service work with. */
export interface Operating {
  readonly name: ServiceName;
  readonly database: Database;
  readonly commands: Commands;
  readonly pages: Pages;
  /** Undefined where the service runs without one. */
  readonly bus: Bus | undefined;
  /** The services whose events it consumes. */
  readonly producers: readonly string[];
}

export const refuse = refusals('operations', {
  SERVICE_UNKNOWN: ['NOT_FOUND', 'There is no such service, or it has no events.'],
  PARKED_EVENT_NOT_FOUND: ['NOT_FOUND', 'It is not parked, or no longer.'],
  PARKED_EVENT_NOT_FIRST: ['FAILED_PRECONDITION', 'An earlier event of its aggregate is parked. Decide on that first.'],
  EVENT_NUMBER_AHEAD: ['FAILED_PRECONDITION', 'There is no event with this number yet.'],
});

/** Refuses a request that is for another service: what names none that there is has been sent to whichever. */
export function checkNamed({ name }: Pick<Operating, 'name'>, { service }: { readonly service: Workload }): void {
  if (wordOf(service) !== name) throw refuse('SERVICE_UNKNOWN');
}

/** Where a page of events begins. */
export function startOf(after: readonly string[] | undefined): After {
  const [producer = '', sequence = '0'] = after ?? [];
  return { producer, sequence };
}

/** A parked event as the contract shows it. */
export function shownParked(row: Omit<ParkedRow, 'released'> & { readonly released?: boolean }) {
  return {
    producer: workloadOf(row.producer),
    producerSequence: BigInt(row.sequence),
    eventId: row.eventId,
    type: row.type,
    aggregateId: row.aggregateId,
    reason: row.reason,
    parkTime: timestampFromMs(row.parkMs),
    attempts: row.attempts,
    released: row.released ?? false,
  };
}

/** A dropped event as the contract shows it. */
export function shownDropped(row: DroppedRow) {
  const { note, actorId, approverId, dropMs } = row;
  return { event: shownParked(row), note, actorId, approverId, dropTime: timestampFromMs(dropMs) };
}
