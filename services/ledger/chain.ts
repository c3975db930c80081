// The chain of this process's lane: each batch is a block, which holds the hash of the one before it. A lane belongs to one
// process by a lease; that no two ever continue the same block is the primary key's doing, whatever becomes of leases.
import { createHmac, randomUUID } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import type { Database, Tx } from '#chassis/database.ts';
import { DIGEST_BYTES } from '#chassis/digest.ts';
import type { Logger } from '#chassis/log.ts';
import { rootOf } from '#chassis/merkle.ts';
import { blockHash } from './domain/block.ts';

/** Where the leaves of a batch stand, its journals and steps of holds: one after the other, from `first`. */
export interface Place {
  readonly lane: bigint;
  readonly height: bigint;
  readonly first: bigint;
}

/** How far a lane has come. */
export interface Head {
  readonly lane: bigint;
  /** The height of its last block; -1 when it has none. */
  readonly height: bigint;
  readonly hash: Buffer;
  /** The position of the next leaf. */
  readonly next: bigint;
}

/** The lane of one ledger process. One transaction at a time writes to it. */
export interface Chain {
  /** The number of the lane, taken if need be. */
  lane(tx: Tx): Promise<bigint>;
  /** Writes the block of a batch, given its leaves. What they are of must be written after it, in the same transaction. */
  extend(tx: Tx, leaves: readonly Buffer[], knownTime: Date): Promise<Place>;
  /** The block that was written last is committed. */
  keep(): void;
  /** The block that was written last may not be committed: the lane is read again before the next. */
  forget(): void;
  /** How far the lane has come with what this process knows to be committed. */
  committed(): Head | undefined;
  /** How far the lanes have come that nobody holds, of which some processes did not live to sign the end. */
  left(): Promise<Head[]>;
  /** Keeps the lease of the lane. */
  renew(): Promise<void>;
  /** Leaves the lane to whoever comes next. */
  release(): Promise<void>;
}

const LEASE_SECONDS = 5;
/** How often the lease is to be renewed. */
export const RENEW_MS = 1_000;

interface LastBlock {
  height: string;
  hash: Buffer;
  seal: Buffer;
  next: string;
}

/**
 * Opens the chain of a ledger process. It takes a lane with its first block: one that nobody holds, or a new one. Blocks are
 * sealed with `key`, which is not in the database: a lane whose last block is not is neither continued nor signed.
 */
export function openChain(database: Database, key: Buffer, log: Logger): Chain {
  const holder = randomUUID();
  let head: Head | undefined;
  let committed: Head | undefined;
  const lease = sql`clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})`;

  const sealOf = (hash: Buffer) => createHmac('sha256', key).update(hash).digest();
  const isSealed = ({ hash, seal }: LastBlock) => sealOf(hash).equals(seal);

  /** Its lane as it is in the database. A batch whose fate is not known yet holds it, and is waited for. */
  async function resume(tx: Tx): Promise<Head> {
    for (;;) {
      const lane = (await lockOwn(tx)) ?? (await takeFree(tx)) ?? (await openNew(tx));
      if (lane === undefined) throw new Error('no lane could be opened');
      const [last] = await tx.query(selectLast(sql`${lane}`));
      if (!last || isSealed(last)) return headOf(lane, last);
      log.error({ lane: String(lane), height: last.height }, 'the last block of a lane was not written by the ledger');
      await tx.query(sql`update lane set holder = 'nobody', lease_until = 'infinity' where no = ${lane}`);
    }
  }

  const lockOwn = (tx: Tx) => laneOf(tx, sql<{ no: string }>`select no from lane where holder = ${holder} for update`);
  const takeFree = (tx: Tx) =>
    laneOf(
      tx,
      sql<{ no: string }>`update lane set holder = ${holder}, lease_until = ${lease} where no = (
        select no from lane where lease_until < clock_timestamp() order by no limit 1 for update skip locked
      ) returning no`,
    );
  const openNew = (tx: Tx) =>
    laneOf(tx, sql<{ no: string }>`insert into lane (holder, lease_until) values (${holder}, ${lease}) returning no`);

  return {
    async lane(tx) {
      head ??= await resume(tx);
      return head.lane;
    },
    async extend(tx, leaves, knownTime) {
      const { lane, height: before, hash: previousHash, next: first } = head ?? (await resume(tx));
      const height = before + 1n;
      const root = rootOf(leaves);
      const leafCount = leaves.length;
      const hash = blockHash({ lane, height, previousHash, root, firstPosition: first, leafCount, knownTime });
      await tx.query(sql`
        insert into block
          (lane_no, height, previous_hash, root, hash, known_time, first_position, leaf_count, leaves, seal)
        values (${lane}, ${height}, ${previousHash}, ${root}, ${hash}, ${knownTime.toISOString()}::timestamptz, ${first},
          ${leafCount}, ${Buffer.concat(leaves)}, ${sealOf(hash)})
      `);
      head = { lane, height, hash, next: first + BigInt(leafCount) };
      return { lane, height, first };
    },
    keep() {
      // A lane that has no block yet has nothing to sign.
      if (head && head.height >= 0n) committed = head;
    },
    forget() {
      head = undefined;
    },
    committed: () => committed,
    async left() {
      const rows = await database.query(sql<LastBlock & { lane: string }>`
        select lane.no as lane, last.* from lane
        cross join lateral (${selectLast(sql`lane.no`)}) last
        where lease_until < clock_timestamp()
      `);
      return rows.filter(isSealed).map((row) => headOf(BigInt(row.lane), row));
    },
    async renew() {
      await database.query(sql`update lane set lease_until = ${lease} where holder = ${holder}`);
    },
    async release() {
      await database.query(sql`update lane set lease_until = clock_timestamp() where holder = ${holder}`);
    },
  };
}

/** The place of what stands so many leaves after another. */
export function after(place: Place, count: number): Place {
  return { ...place, first: place.first + BigInt(count) };
}

function selectLast(lane: RawBuilder<unknown>): RawBuilder<LastBlock> {
  return sql<LastBlock>`
    select height, hash, seal, first_position + leaf_count as next from block
    where lane_no = ${lane} order by height desc limit 1
  `;
}

function headOf(lane: bigint, last: LastBlock | undefined): Head {
  if (!last) return { lane, height: -1n, hash: Buffer.alloc(DIGEST_BYTES), next: 0n };
  return { lane, height: BigInt(last.height), hash: last.hash, next: BigInt(last.next) };
}

async function laneOf(tx: Tx, statement: RawBuilder<{ no: string }>): Promise<bigint | undefined> {
  const [row] = await tx.query(statement);
  return row && BigInt(row.no);
}
