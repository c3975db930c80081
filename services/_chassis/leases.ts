// Which partitions a process works: rows with a lease, shared out evenly among the processes that live.
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { PARTITIONS } from './bus.ts';
import type { Database } from './database.ts';

/** The share of one process in the partitions of one producer. */
export interface Share {
  readonly holder: string;
  /** Renews the leases, takes what is free, names what is too much. To be called about once a second. */
  renew(): Promise<{ held: readonly number[]; tooMuch: readonly number[] }>;
  /** Gives partitions back. */
  giveBack(partitions: readonly number[]): Promise<void>;
  /** Gives everything back. */
  leave(): Promise<void>;
}

const LEASE = sql`interval '5 seconds'`;
// Rows are locked in the order of their partitions, as those do who let events take effect.

/** Joins those who share the partitions of a producer. */
export async function joinShare(database: Database, producer: string): Promise<Share> {
  const holder = randomUUID();
  await database.query(sql`
    insert into inbox_partition (producer, partition)
    select ${producer}, partition from generate_series(0, ${PARTITIONS - 1}::int) as partition on conflict do nothing
  `);
  const giveBack = async (partitions: readonly number[]): Promise<void> => {
    await database.query(sql`
      update inbox_partition set holder = null, lease_until = null
      where producer = ${producer} and partition in (
        select partition from inbox_partition
        where producer = ${producer} and holder = ${holder} and partition = any(${[...partitions]}::int[])
        order by partition for update
      )
    `);
  };
  return {
    holder,
    giveBack,
    renew: () => renew(database, producer, holder),
    async leave() {
      await giveBack(Array.from({ length: PARTITIONS }, (_, index) => index));
      await database.query(sql`delete from inbox_process where holder = ${holder}`);
    },
  };
}

/** One statement, so that a process at rest commits once a second for a producer. What it changes, it does not see itself. */
async function renew(database: Database, producer: string, holder: string) {
  const rows = await database.query(sql<{ partition: number; share: number }>`
    with seen as (
      insert into inbox_process (producer, holder, seen_time) values (${producer}, ${holder}, clock_timestamp())
      on conflict (producer, holder) do update set seen_time = excluded.seen_time
    ), gone as (
      delete from inbox_process where seen_time < statement_timestamp() - ${LEASE} and holder <> ${holder}
    ), share as (
      select ceil(${PARTITIONS}::numeric / (count(*) + 1))::int as size from inbox_process
      where producer = ${producer} and holder <> ${holder} and seen_time >= statement_timestamp() - ${LEASE}
    ), kept as (
      update inbox_partition set lease_until = clock_timestamp() + ${LEASE}
      where producer = ${producer} and partition in (
        select partition from inbox_partition
        where producer = ${producer} and holder = ${holder} and lease_until > statement_timestamp()
        order by partition for update
      ) returning partition
    ), taken as (
      update inbox_partition set holder = ${holder}, lease_until = clock_timestamp() + ${LEASE}
      where producer = ${producer} and partition in (
        select partition from inbox_partition
        where producer = ${producer} and (holder is null or lease_until <= statement_timestamp())
        order by partition
        limit greatest(0, (select size from share) - (select count(*) from kept)) for update skip locked
      ) returning partition
    )
    select partition, size as share from (select * from kept union all select * from taken) held, share order by partition
  `);
  const share = rows[0]?.share ?? 0;
  const held = rows.map(({ partition }) => partition);
  return { held: held.slice(0, share), tooMuch: held.slice(share) };
}
