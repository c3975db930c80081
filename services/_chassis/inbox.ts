// The inbox: events of another service take effect here once. What a partition has come to, the inbox row of an event, and
// its effect are one transaction, which also sees to it that this process still has the lease.
import { sql } from 'kysely';
import type { Workload } from '#gen/bank/rules.ts';
import type { EventEnvelope } from '#gen/bank/type/v1/event_pb.ts';
import type { Arrived, Lease } from './arrived.ts';
import { ownCall } from './call-context.ts';
import { append, type Staged, staging, writeStaged } from './command-batch.ts';
import type { Database, Tx } from './database.ts';
import type { Logger } from './log.ts';
import { insertOutbox, type OutboxEvent } from './outbox.ts';
import { insertParked, parkedAggregates } from './parked.ts';
import type { Vault } from './sealing.ts';
import { sqlArray } from './sql-array.ts';
import type { Subscription } from './subscription.ts';
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
 * Lets events of a partition, in their order, take effect in one transaction; those that were here before do nothing.
 * Throws EventGap, when what comes before the first new one is missing, LeaseLost, or what a handler threw.
 */
export async function takeEffect(parts: InboxParts, lease: Lease, events: readonly Arrived[]): Promise<void> {
  const gap = await parts.database.transaction(async (tx) => {
    const { fresh, last, missing } = afterCursor(await lockCursor(tx, lease), events);
    if (fresh.length === 0) return missing;
    const parked = await parkedAggregates(tx, lease.producer, fresh);
    const behind = fresh.filter(({ envelope }) => parked.has(envelope.aggregateId));
    if (behind.length > 0) await tx.query(insertParked(lease, behind, ''));
    const free = fresh.filter(({ envelope }) => !parked.has(envelope.aggregateId));
    await handleEvents(
      parts,
      tx,
      free.map(({ envelope }) => envelope),
    );
    await moveCursor(tx, lease, last);
    return missing;
  });
  if (gap)
    throw new EventGap(`of ${lease.producer}, partition ${lease.partition}, what comes before ${gap} is missing`);
}

/** Parks an event, and with it all later ones of its aggregate. */
export async function park(database: Database, lease: Lease, event: Arrived, reason: string): Promise<void> {
  await database.transaction(async (tx) => {
    const cursor = await lockCursor(tx, lease);
    const number = Number(event.envelope.producerSequence);
    if (number <= cursor) return;
    await tx.query(insertParked(lease, [event], reason));
    await moveCursor(tx, lease, number);
  });
}

/** Calls the handlers of events that had no effect yet, and writes what they staged. */
export async function handleEvents(parts: InboxParts, tx: Tx, envelopes: readonly EventEnvelope[]): Promise<void> {
  const handlers = new Map(parts.subscription.handlers.map((handler) => [handler.type, handler]));
  const asked = envelopes.filter(({ type }) => handlers.has(type));
  if (asked.length === 0) return;
  const claimed = await claim(tx, parts.subscription.producer, asked);
  const staged: Staged = { inserts: new Map(), rows: new Map() };
  const events: OutboxEvent[] = [];
  for (const envelope of asked) {
    if (!claimed.has(envelope.eventId)) continue;
    const stage = staging(parts.vault, tx, {
      ...ownCall(parts.consumer, parts.log),
      rpc: envelope.type,
      principal: envelope.actor,
      trace: continueTrace(envelope.traceparent),
    });
    await handlers.get(envelope.type)?.handle(stage.tx, envelope);
    await tx.em.flush();
    tx.em.clear();
    for (const [entity, rows] of stage.inserts) append(staged.inserts, entity, rows);
    for (const [bulk, rows] of stage.rows) append(staged.rows, bulk, rows);
    events.push(...stage.events);
  }
  await writeStaged(tx, staged);
  if (events.length > 0) await tx.query(insertOutbox(events));
}

/** What is new among events, as far as nothing is missing in between; `missing` is where something is. */
function afterCursor(cursor: number, events: readonly Arrived[]) {
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

/** Holds a partition for the rest of the transaction, and answers what it has come to. */
export async function lockCursor(tx: Tx, { producer, partition, holder }: Lease): Promise<number> {
  const [row] = await tx.query(sql<{ last_sequence: string }>`
    select last_sequence from inbox_partition
    where producer = ${producer} and partition = ${partition} and holder = ${holder} and lease_until > clock_timestamp()
    for update
  `);
  if (!row) throw new LeaseLost(`the lease of ${producer}, partition ${partition}, is lost`);
  return Number(row.last_sequence);
}

async function moveCursor(tx: Tx, { producer, partition }: Lease, last: number): Promise<void> {
  await tx.query(sql`
    update inbox_partition set last_sequence = ${last} where producer = ${producer} and partition = ${partition}
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
