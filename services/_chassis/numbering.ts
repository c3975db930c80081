// Numbers the events of the outbox. A number is committed before its event is published, in a transaction that holds the
// rows of the last numbers: one event never gets two, no two get the same, and none is left out, whoever dies when.
import { type RawBuilder, sql } from 'kysely';
import { PARTITIONS, partitionOf } from './bus.ts';
import type { Database, Tx } from './database.ts';
import { sqlArray } from './sql-array.ts';

/** An event without a number. */
export interface Unnumbered {
  readonly event_id: string;
  readonly aggregate_id: string;
  readonly aggregate_sequence: string;
}

/** An event with its number, ready to be published. */
export interface Numbered {
  readonly event_id: string;
  readonly type: string;
  readonly aggregate_id: string;
  readonly envelope: Buffer;
  readonly producer_sequence: string;
  readonly previous_sequence: string;
}

/** Events numbered in one transaction. */
const NUMBERED_MAX = 2_000;

/** Numbers what has no number yet, at most NUMBERED_MAX and what belongs to it. Answers how many. */
export async function numberEvents(database: Database): Promise<number> {
  const [any] = await database.query(sql<object>`select from outbox where producer_sequence is null limit 1`);
  if (!any) return 0;
  return database.transaction(async (tx) => {
    const lasts = await tx.query(
      sql<{ last_sequence: string }>`select last_sequence from relay_partition order by partition for update`,
    );
    const events = await takeUnnumbered(tx);
    if (events.length > 0)
      await writeNumbers(
        tx,
        inOrder(events),
        lasts.map((row) => Number(row.last_sequence)),
      );
    return events.length;
  });
}

/** The events from number `from` on, in order. */
export function numberedFrom(database: Database, from: number, limit: number): Promise<Numbered[]> {
  return database.query(sql<Numbered>`
    select event_id, type, aggregate_id, envelope, producer_sequence, previous_sequence from outbox
    where producer_sequence >= ${from} order by producer_sequence limit ${limit}
  `);
}

/** An event with its number, as it is shown. */
export type NumberedOfTypes = Pick<Numbered, 'envelope' | 'producer_sequence' | 'previous_sequence'>;

/** Events between two numbers, both included, in order; of some types, or with none of all. */
export function numberedOfTypes(wanted: {
  readonly from: number;
  readonly to: number;
  readonly types: readonly string[];
  readonly limit: number;
}): RawBuilder<NumberedOfTypes> {
  const { from, to, types, limit } = wanted;
  return sql<NumberedOfTypes>`
    select envelope, producer_sequence, previous_sequence from outbox
    where producer_sequence between ${from}::bigint and ${to}::bigint
    and (${types.length === 0} or type = any(${sqlArray(types)}::text[]))
    order by producer_sequence limit ${limit}
  `;
}

/**
 * By id, so about by time. Where more is waiting than is taken, an aggregate's earlier event may stand behind a later one
 * (clocks of two processes differ): what is waiting of the same aggregates is taken along.
 */
async function takeUnnumbered(tx: Tx): Promise<Unnumbered[]> {
  const taken = await tx.query(sql<Unnumbered>`
    select event_id, aggregate_id, aggregate_sequence from outbox
    where producer_sequence is null order by event_id limit ${NUMBERED_MAX}
  `);
  if (taken.length < NUMBERED_MAX) return taken;
  return tx.query(sql<Unnumbered>`
    select event_id, aggregate_id, aggregate_sequence from outbox
    where producer_sequence is null
    and aggregate_id = any(${sqlArray([...new Set(taken.map((event) => event.aggregate_id))])}::text[])
    order by event_id
  `);
}

/** The same events, where those of one aggregate share their places out among themselves by aggregate_sequence. */
export function inOrder(events: readonly Unnumbered[]): Unnumbered[] {
  const queues = Map.groupBy(events, (event) => event.aggregate_id);
  for (const queue of queues.values())
    queue.sort((a, b) => Number(b.aggregate_sequence) - Number(a.aggregate_sequence));
  return events.map((event) => queues.get(event.aggregate_id)?.pop() ?? event);
}

async function writeNumbers(tx: Tx, events: readonly Unnumbered[], lasts: number[]): Promise<void> {
  let last = Math.max(...lasts);
  const numbers: number[] = [];
  const previous: number[] = [];
  for (const event of events) {
    const partition = partitionOf(event.aggregate_id);
    last += 1;
    numbers.push(last);
    previous.push(lasts[partition] ?? 0);
    lasts[partition] = last;
  }
  await tx.query(sql`
    update outbox set producer_sequence = n.number, previous_sequence = n.previous
    from unnest(
      ${sqlArray(events.map((event) => event.event_id))}::text[], ${sqlArray(numbers)}::bigint[],
      ${sqlArray(previous)}::bigint[]
    ) as n (event_id, number, previous)
    where outbox.event_id = n.event_id
  `);
  await tx.query(sql`
    update relay_partition set last_sequence = n.last
    from unnest(${sqlArray(Array.from({ length: PARTITIONS }, (_, index) => index))}::int[], ${sqlArray(lasts)}::bigint[])
      as n (partition, last)
    where relay_partition.partition = n.partition and last_sequence <> n.last
  `);
}
