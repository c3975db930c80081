// The inbox: events of another service take effect here once. What a partition has come to, the inbox row of an event, and
// its effect are one transaction, which also sees to it that this process still has the lease.
import { sql } from 'kysely';
import type { Workload } from '#gen/bank/rules.ts';
import type { EventEnvelope } from '#gen/bank/type/v1/event_pb.ts';
import type { Arrived, Lease } from './arrived.ts';
import type { Settled } from './batch.ts';
import { ownCall } from './call-context.ts';
import { append, type Staged, staging, writeStaged } from './command-batch.ts';
import type { Database, Tx } from './database.ts';
import { Code, Refusal, refuseCall } from './errors.ts';
import type { Logger } from './log.ts';
import { insertOutbox, type OutboxEvent } from './outbox.ts';
import { insertParked, parkedAggregates } from './parked.ts';
import type { Vault } from './sealing.ts';
import { sqlArray } from './sql-array.ts';
import { handles, type Subscription } from './subscription.ts';
import { continueTrace } from './trace.ts';

/** What the inbox works with. */
export interface InboxParts {
  /** The service that consumes: the durables are named after it. */
  readonly consumer: Workload;
  readonly database: Database;
  readonly vault: Vault;
  readonly log: Logger;
  readonly subscription: Subscription;
}

/** Events of one partition, in their order. */
export interface Arrival {
  readonly lease: Lease;
  readonly events: readonly Arrived[];
}

/** What is new of a partition, as far as nothing is missing in between. */
interface Reading {
  readonly fresh: readonly Arrived[];
  readonly last: number;
  readonly missing: number | undefined;
}

/** Another process has the partition now. */
export class LeaseLost extends Error {}

/** Events in between did not come. */
export class EventGap extends Error {}

/** The number of the last event of a partition that took effect, was parked or passed over; 0 when none was. */
export async function cursorOf(database: Database, { producer, partition }: Lease): Promise<number> {
  const [row] = await database.query(sql<{ last_sequence: string }>`
    select last_sequence from inbox_partition where producer = ${producer} and partition = ${partition}
  `);
  return Number(row?.last_sequence ?? 0);
}

/**
 * Lets events of several partitions take effect in one transaction; those that were here before do nothing. Answers for
 * each partition whether it went on: EventGap, when what comes before its first new event is missing, and LeaseLost stop
 * it alone. Throws what a handler threw, and then nothing has happened.
 */
export async function takeEffect(
  parts: InboxParts,
  arrivals: readonly Arrival[],
): Promise<readonly Settled<undefined>[]> {
  const prepared = await prepare(
    parts.subscription,
    arrivals.flatMap(({ events }) => events.map(({ envelope }) => envelope)),
  );
  return parts.database.transaction(async (tx) => {
    const cursors = await lockCursors(
      tx,
      arrivals.map(({ lease }) => lease),
    );
    const read = arrivals.map(({ lease, events }) => {
      const cursor = cursors.get(lease.partition);
      return cursor === undefined ? undefined : { lease, ...afterCursor(cursor, events) };
    });
    const going = read.filter((one) => one !== undefined && one.fresh.length > 0) as (Reading & { lease: Lease })[];
    if (going.length > 0) {
      await handleFree(parts, tx, going, prepared);
      await moveCursors(tx, going);
    }
    return read.map((one, index) => outcomeOf(one, arrivals[index]?.lease as Lease));
  });
}

/** Handles what is new and does not stand behind a parked event of its aggregate, where the rest of it is parked too. */
async function handleFree(
  parts: InboxParts,
  tx: Tx,
  going: readonly (Reading & { lease: Lease })[],
  prepared: unknown,
): Promise<void> {
  const { subscription } = parts;
  const asked = going.map(({ lease, fresh }) => ({
    lease,
    events: fresh.filter(({ envelope }) => handles(subscription, envelope)),
  }));
  const all = asked.flatMap(({ events }) => events);
  if (all.length === 0) return;
  const parked = await parkedAggregates(tx, subscription.producer, all);
  const isParked = ({ envelope }: Arrived) => parked.has(envelope.aggregateId);
  for (const { lease, events } of asked) {
    const behind = events.filter(isParked);
    if (behind.length > 0) await tx.query(insertParked(lease, behind));
  }
  const free = all.filter((event) => !isParked(event));
  await handleEvents(
    parts,
    tx,
    free.map(({ envelope }) => envelope),
    prepared,
  );
}

function outcomeOf(read: Reading | undefined, { producer, partition }: Lease): Settled<undefined> {
  if (!read) return { error: new LeaseLost(`the lease of ${producer}, partition ${partition}, is lost`) };
  if (read.missing === undefined) return { value: undefined };
  return {
    error: new EventGap(`of ${producer}, partition ${partition}, what comes before ${read.missing} is missing`),
  };
}

/**
 * Reads what the handlers of events need of other services. Whatever those refuse it for, being late or not knowing the RPC yet,
 * it is no fault of the events, which wait: unless it was asked for wrongly, which time does not mend.
 */
export async function prepare(subscription: Subscription, envelopes: readonly EventEnvelope[]): Promise<unknown> {
  const asked = envelopes.filter((envelope) => handles(subscription, envelope));
  if (asked.length === 0) return undefined;
  try {
    return await subscription.prepare?.(asked);
  } catch (error) {
    if (error instanceof Refusal && error.code !== Code.INVALID_ARGUMENT) throw refuseCall('SERVICE_UNAVAILABLE');
    throw error;
  }
}

/** Parks an event that failed, and with it all later ones of its aggregate. */
export async function park(
  database: Database,
  lease: Lease,
  event: Arrived,
  failure: { readonly reason: string; readonly attempts: number },
): Promise<void> {
  await database.transaction(async (tx) => {
    const cursor = await lockCursor(tx, lease);
    const number = Number(event.envelope.producerSequence);
    if (number <= cursor) return;
    await tx.query(insertParked(lease, [event], failure));
    await moveCursors(tx, [{ lease, last: number }]);
  });
}

/**
 * Calls the handlers of events that had no effect yet, and writes what they changed and staged when all have been called: a
 * later one finds what an earlier one changed in the entity manager, not in the database.
 */
export async function handleEvents(
  parts: InboxParts,
  tx: Tx,
  envelopes: readonly EventEnvelope[],
  prepared?: unknown,
): Promise<void> {
  const handlers = new Map(parts.subscription.handlers.map((handler) => [handler.type, handler]));
  const asked = envelopes.filter((envelope) => handles(parts.subscription, envelope));
  if (asked.length === 0) return;
  const claimed = await claim(tx, parts.subscription.producer, asked);
  const staged: Staged = { inserts: new Map(), rows: new Map() };
  const events: OutboxEvent[] = [];
  const own = ownCall(parts.consumer, parts.log);
  for (const envelope of asked) {
    if (!claimed.has(envelope.eventId)) continue;
    const stage = staging(parts.vault, tx, {
      ...own,
      rpc: envelope.type,
      principal: envelope.actor,
      trace: continueTrace(envelope.traceparent),
    });
    await handlers.get(envelope.type)?.handle(stage.tx, envelope, prepared);
    for (const [entity, rows] of stage.inserts) append(staged.inserts, entity, rows);
    for (const [bulk, rows] of stage.rows) append(staged.rows, bulk, rows);
    events.push(...stage.events);
  }
  await tx.em.flush();
  await writeStaged(tx, staged);
  if (events.length > 0) await tx.query(insertOutbox(events));
}

/** What is new among events, as far as nothing is missing in between; `missing` is where something is. */
function afterCursor(cursor: number, events: readonly Arrived[]): Reading {
  const fresh: Arrived[] = [];
  let last = cursor;
  for (const event of events) {
    const number = Number(event.envelope.producerSequence);
    if (number <= last) continue;
    if (Number(event.envelope.previousSequence) > last) return { fresh, last, missing: number };
    fresh.push(event);
    last = number;
  }
  return { fresh, last, missing: undefined };
}

/** Holds a partition for the rest of the transaction, and answers what it has come to. Throws LeaseLost. */
export async function lockCursor(tx: Tx, lease: Lease): Promise<number> {
  const cursor = (await lockCursors(tx, [lease])).get(lease.partition);
  if (cursor === undefined)
    throw new LeaseLost(`the lease of ${lease.producer}, partition ${lease.partition}, is lost`);
  return cursor;
}

/** Holds partitions of one producer for the rest of the transaction: to what each has come whose lease this process has. */
async function lockCursors(tx: Tx, leases: readonly Lease[]): Promise<Map<number, number>> {
  const [first] = leases;
  const rows = await tx.query(sql<{ partition: number; last_sequence: string }>`
    select partition, last_sequence from inbox_partition
    where producer = ${first?.producer} and partition = any(${sqlArray(leases.map(({ partition }) => partition))}::int[])
    and holder = ${first?.holder} and lease_until > clock_timestamp()
    order by partition for update
  `);
  return new Map(rows.map((row) => [row.partition, Number(row.last_sequence)]));
}

async function moveCursors(tx: Tx, moved: readonly { lease: Lease; last: number }[]): Promise<void> {
  await tx.query(sql`
    update inbox_partition i set last_sequence = m.last
    from unnest(
      ${sqlArray(moved.map(({ lease }) => lease.partition))}::int[], ${sqlArray(moved.map(({ last }) => last))}::bigint[]
    ) as m (partition, last)
    where i.producer = ${moved[0]?.lease.producer} and i.partition = m.partition
  `);
}

/** Writes inbox rows, and answers the event_ids of those that were not there. */
async function claim(tx: Tx, producer: string, envelopes: readonly EventEnvelope[]): Promise<Set<string>> {
  const rows = await tx.query(sql<{ event_id: string }>`
    insert into inbox (event_id, producer, producer_sequence)
    select event_id, ${producer}, producer_sequence from unnest(
      ${sqlArray(envelopes.map(({ eventId }) => eventId))}::text[],
      ${sqlArray(envelopes.map(({ producerSequence }) => producerSequence))}::bigint[]
    ) as e (event_id, producer_sequence)
    on conflict (event_id) do nothing returning event_id
  `);
  return new Set(rows.map((row) => row.event_id));
}
