import { randomUUID } from 'node:crypto';
import { type JsonObject, toJson } from '@bufbuild/protobuf';
import {
  type ConsumerLag,
  ConsumerLagSchema,
  type DroppedEvent,
  DroppedEventSchema,
  type ParkedEvent,
  ParkedEventSchema,
} from '#gen/bank/operations/v1/operations_pb.ts';
import {
  DropParkedEventResponseSchema,
  type GetEventFlowResponse,
  GetEventFlowResponseSchema,
  OperationsService,
  ReleaseParkedEventsResponseSchema,
  RepublishEventsResponseSchema,
} from '#gen/bank/operations/v1/operations_service_pb.ts';
import { Workload } from '#gen/bank/options/v1/options_pb.ts';
import { rules } from '#gen/bank/rules.ts';
import type { EventEnvelope } from '#gen/bank/type/v1/event_pb.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { eventJson } from '../event-types.ts';
import { usage } from '../failure.ts';
import { follow } from '../follow.ts';
import { fields, table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';
import { time } from '../time.ts';

interface Search extends ListOptions {
  readonly service?: string;
  readonly producer?: string;
  readonly dropped?: boolean;
}

interface Consumed extends WriteOptions {
  readonly service: string;
  readonly producer: string;
}

/** The services that there are: all that the contract has RPCs of. */
const SERVICES = [...new Set(Object.keys(rules).map((path) => path.split('.')[1] ?? ''))]
  .filter((name) => name !== 'operations')
  .map((name) => workload(name));

/** Lists parked events, or those that were dropped, of one service or of all. */
export async function listDead(session: Session, { service, producer, dropped, limit }: Search): Promise<void> {
  const asked = { limit, producer: producer === undefined ? Workload.UNSPECIFIED : workload(producer) };
  const services = chosen(service);
  await (dropped ? listDropped(session, services, asked) : listParked(session, services, asked));
}

async function listParked({ bank, out }: Session, services: readonly Workload[], { producer, limit }: Asked) {
  const client = bank().client(OperationsService);
  const parked = await ofAll(services, limit, (service, page) =>
    client.listParkedEvents({ service, producer, ...page }),
  );
  await out.document({ events: parked.map((one) => shown(ParkedEventSchema, one)) }, () =>
    table(
      [...PLACE, 'since', 'tries', 'why'],
      parked.map(({ service, event }) => [
        ...placeOf(service, event),
        time(event.parkTime),
        event.released ? `${event.attempts}, released` : String(event.attempts),
        event.reason || 'waits behind another',
      ]),
      ['number'],
    ),
  );
}

async function listDropped({ bank, out }: Session, services: readonly Workload[], { producer, limit }: Asked) {
  const client = bank().client(OperationsService);
  const dropped = await ofAll(services, limit, (service, page) =>
    client.listDroppedEvents({ service, producer, ...page }),
  );
  await out.document({ events: dropped.map((one) => shown(DroppedEventSchema, one)) }, () =>
    table(
      [...PLACE, 'dropped', 'by', 'approved by', 'why'],
      dropped.map(({ service, event }) => [
        ...placeOf(service, event.event),
        time(event.dropTime),
        event.actorId,
        event.approverId,
        event.note,
      ]),
      ['number'],
    ),
  );
}

interface Asked {
  readonly producer: Workload;
  readonly limit: number;
}

const PLACE = ['service', 'producer', 'number', 'type', 'about'];

function placeOf(service: Workload, event: ParkedEvent | undefined): string[] {
  if (!event) return [word(Workload, service), '', '', '', ''];
  const { producer, producerSequence, type, aggregateId } = event;
  return [word(Workload, service), word(Workload, producer), String(producerSequence), shortened(type), aggregateId];
}

/** A list of each service, one after the other, as far as the limit goes. */
async function ofAll<E>(
  services: readonly Workload[],
  limit: number,
  read: (service: Workload, page: { pageSize: number; pageToken: string }) => Promise<Page<E>>,
): Promise<{ service: Workload; event: E }[]> {
  const found: { service: Workload; event: E }[] = [];
  for (const service of services) {
    if (found.length >= limit) break;
    for await (const { events } of pagesOf((page) => read(service, page), limit - found.length)) {
      found.push(...events.map((event) => ({ service, event })));
    }
  }
  return found;
}

interface Page<E> {
  readonly events: readonly E[];
  readonly nextPageToken: string;
}

function shown(
  schema: typeof ParkedEventSchema | typeof DroppedEventSchema,
  { service, event }: { readonly service: Workload; readonly event: ParkedEvent | DroppedEvent },
): JsonObject {
  return { service: word(Workload, service), ...(toJson(schema, event as never) as JsonObject) };
}

/** Lets the parked events about a thing be tried again. */
export async function retryDead({ bank, out }: Session, options: Consumed, aggregateId = ''): Promise<void> {
  const { requestId = randomUUID(), validateOnly = false } = options;
  const where = { service: workload(options.service), producer: workload(options.producer) };
  const answer = await bank()
    .client(OperationsService)
    .releaseParkedEvents({ requestId, validateOnly, ...where, aggregateId });
  await out.message(
    ReleaseParkedEventsResponseSchema,
    answer,
    () => `${answer.releasedCount} events about ${aggregateId} are tried again.`,
  );
}

/** Drops a parked event, once somebody else has approved it. */
export async function dropDead(
  { bank, out }: Session,
  options: Consumed & { readonly note: string },
  producerSequence = '',
): Promise<void> {
  const { requestId = randomUUID(), validateOnly = false, note } = options;
  const where = { service: workload(options.service), producer: workload(options.producer) };
  const answer = await bank()
    .client(OperationsService)
    .dropParkedEvent({ requestId, validateOnly, ...where, producerSequence, note });
  const { event } = answer;
  await out.message(DropParkedEventResponseSchema, answer, () =>
    fields([
      ['event', event?.event?.eventId],
      ['type', event?.event?.type],
      ['about', event?.event?.aggregateId],
      ['dropped', time(event?.dropTime)],
      ['by', event?.actorId],
      ['approved by', event?.approverId],
    ]),
  );
}

/** Says what waits to be published, and how far each consumer is behind. */
export async function showLag({ bank, out }: Session, { service }: { readonly service?: string }): Promise<void> {
  const client = bank().client(OperationsService);
  const flows = await Promise.all(
    chosen(service).map(async (one) => ({
      name: word(Workload, one),
      flow: await client.getEventFlow({ service: one }),
    })),
  );
  const document = flows.map(({ name, flow }) => ({
    service: name,
    ...(toJson(GetEventFlowResponseSchema, flow) as JsonObject),
    // Zeros too: a program that watches wants a figure.
    consumed: flow.consumed.map((lag) => toJson(ConsumerLagSchema, lag, { alwaysEmitImplicit: true })),
  }));
  await out.document({ services: document }, async () =>
    [
      await table(['service', 'events', 'published', 'waiting', 'oldest', 'relay seen'], flows.map(ownRow), FIGURES),
      await table(
        ['consumer', 'producer', 'behind', 'by', 'parked'],
        flows.flatMap(({ name, flow }) => flow.consumed.map((lag) => [name, ...lagRow(lag)])),
        FIGURES,
      ),
    ].join('\n\n'),
  );
}

const FIGURES = ['events', 'published', 'waiting', 'behind', 'by', 'parked'];

function ownRow({ name, flow }: { readonly name: string; readonly flow: GetEventFlowResponse }): string[] {
  const { lastSequence, publishedSequence, unpublishedCount, oldestUnpublishedTime, relaySeenTime } = flow;
  const figures = [lastSequence, publishedSequence, unpublishedCount].map(String);
  return [name, ...figures, time(oldestUnpublishedTime), time(relaySeenTime) || 'never'];
}

function lagRow({ producer, lagEvents, lagMilliseconds, parkedCount }: ConsumerLag): string[] {
  const behind = lagEvents === undefined ? 'unknown' : String(lagEvents);
  const by = lagMilliseconds === undefined ? '' : `${(Number(lagMilliseconds) / 1_000).toFixed(1)} s`;
  return [word(Workload, producer), behind, by, String(parkedCount)];
}

interface Tail {
  readonly service: string;
  readonly type?: readonly string[];
  readonly from?: string;
  /** Seconds. */
  readonly for?: number;
}

/** Prints the events that a service publishes; with --json one a line. */
export async function tailEvents(
  { bank, out }: Session,
  { service, type = [], from, for: seconds }: Tail,
): Promise<void> {
  const client = bank().client(OperationsService);
  const asked = { service: workload(service), types: [...type] };
  let fromSequence = from ?? '';
  await follow(
    seconds,
    (how) => client.watchEvents({ ...asked, fromSequence }, how),
    async ({ events, nextSequence }) => {
      fromSequence = String(nextSequence);
      const lines = events.map((event) => (out.json ? JSON.stringify(eventJson(event)) : lineOf(event)));
      if (lines.length > 0) await out.text(`${lines.join('\n')}\n`);
    },
  );
  out.note(`Go on with --from ${fromSequence}`);
}

function lineOf(event: EventEnvelope): string {
  const { producerSequence, occurTime, type, aggregateId, aggregateSequence, actor } = event;
  const who = actor?.partyId ? `  by ${actor.partyId}` : '';
  return `${producerSequence}  ${time(occurTime)}  ${shortened(type)}  ${aggregateId}/${aggregateSequence}${who}`;
}

/** Publishes the events of a service anew from a number on. */
export async function republishEvents(
  { bank, out }: Session,
  options: WriteOptions & { readonly service: string; readonly from: string },
): Promise<void> {
  const { requestId = randomUUID(), validateOnly = false, service, from } = options;
  const asked = { requestId, validateOnly, service: workload(service), fromSequence: from };
  const answer = await bank().client(OperationsService).republishEvents(asked);
  await out.message(
    RepublishEventsResponseSchema,
    answer,
    () => `${answer.eventCount} events of ${service} are published anew, from number ${from} on.`,
  );
}

function chosen(service: string | undefined): readonly Workload[] {
  return service === undefined ? SERVICES : [workload(service)];
}

function workload(name: string): Workload {
  const words: Readonly<Record<string, Workload>> = Workload;
  const found = words[name.toUpperCase().replaceAll('-', '_')];
  if (!found) throw usage(`There is no service ${name}.`);
  return found;
}

/** `AccountOpened` of `bank.account.v1.AccountOpened`. */
function shortened(type: string): string {
  return type.slice(type.lastIndexOf('.') + 1);
}
