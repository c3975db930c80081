// The logs: of every service that tells of commands one, a Merkle tree that only grows. One transaction at a time adds to a log.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Bulk, CommandTx } from '#chassis/command.ts';
import type { Database, Tx } from '#chassis/database.ts';
import { DIGEST_BYTES } from '#chassis/digest.ts';
import type { Logger } from '#chassis/log.ts';
import { edgeOf, type FindNode, grow, type NodePlace, needed, type TreeNode } from '#chassis/merkle-log.ts';
import type { AuditRecord } from '#gen/bank/audit/v1/audit_pb.ts';
import { recordLeaf } from './domain/record.ts';
import type { Ciphertexts } from './messages.ts';
import {
  insertRecords,
  type LeafRow,
  lockLog,
  type NewRecord,
  selectLastLeaf,
  selectLastPositions,
  selectLeaves,
  selectNodes,
} from './tables.ts';

/** The logs of an audit service. */
export interface Logs {
  /** Adds a record at the end of a log, which its place and what comes before it follow from. */
  add(tx: CommandTx, log: string, record: AuditRecord, ciphertexts: Ciphertexts): Promise<void>;
  /** How many records a log has. */
  size(log: string): Promise<number>;
  /** The same of several, of which those that have none are left out. */
  sizes(logs: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Makes something of the nodes of a log's tree. Throws when one is not there. */
  of<T>(log: string, work: (find: FindNode) => T): Promise<T>;
  /** Whether the audit service itself wrote a leaf. */
  isGenuine(leaf: Pick<LeafRow, 'hash' | 'seal'>): boolean;
  /** The first position from `from` up to `to` at which there is no leaf of the audit service. */
  firstForged(log: string, from: number, to: number): Promise<number | undefined>;
}

/** The end of a log, as a transaction that has taken it moves it on. */
interface End {
  readonly log: string;
  readonly size: number;
  readonly edge: readonly TreeNode[];
  last: Buffer;
  next: number;
  readonly write: Bulk<NewRecord>;
}

const LEAVES_AT_ONCE = 10_000;

/** Opens the logs. Leaves are sealed with `key`, which is not in the database. */
export function openLogs(database: Database, key: Buffer, log: Logger): Logs {
  const ends = new WeakMap<SqlEntityManager, Map<string, Promise<End>>>();
  const sealOf = (hash: Uint8Array) => createHmac('sha256', key).update(hash).digest();
  const isGenuine = ({ hash, seal }: Pick<LeafRow, 'hash' | 'seal'>) => {
    const expected = sealOf(hash);
    return seal.length === expected.length && timingSafeEqual(seal, expected);
  };

  async function take(tx: Pick<Tx, 'query'>, name: string): Promise<End> {
    await tx.query(lockLog(name));
    const [last] = await tx.query(selectLastLeaf(name));
    const size = last ? Number(last.position) + 1 : 0;
    // What is heard of now must not be lost, whatever was done to the log: it goes on, and is not signed.
    if (last && !isGenuine(last)) log.error({ log: name, position: last.position }, 'the end of a log was forged');
    const nodes = await tx.query(selectNodes(name, edgeOf(size)));
    const edge = nodes.map(({ level, index, hash }) => ({ level, index: Number(index), hash }));
    const write: Bulk<NewRecord> = (added) =>
      insertRecords(
        name,
        added,
        grow(
          size,
          edge,
          added.map(({ leaf }) => leaf),
        ).filter(({ level }) => level > 0),
      );
    return { log: name, size, edge, last: last?.hash ?? Buffer.alloc(DIGEST_BYTES), next: size, write };
  }

  function endOf(tx: CommandTx, name: string): Promise<End> {
    const known = ends.get(tx.em) ?? new Map<string, Promise<End>>();
    ends.set(tx.em, known);
    const end = known.get(name) ?? take(tx, name);
    known.set(name, end);
    return end;
  }

  return {
    async add(tx, name, record, ciphertexts) {
      const end = await endOf(tx, name);
      record.position = BigInt(end.next);
      record.previousHash = end.last;
      const leaf = recordLeaf(record);
      end.next += 1;
      end.last = leaf;
      tx.write(end.write, { record, ciphertexts, leaf, seal: sealOf(leaf) });
    },
    async size(name) {
      const [last] = await database.query(selectLastLeaf(name));
      return last ? Number(last.position) + 1 : 0;
    },
    async sizes(names) {
      const found = await database.query(selectLastPositions(names));
      return new Map(found.map(({ name, position }) => [name, Number(position) + 1]));
    },
    async of(name, work) {
      const found = await database.query(selectNodes(name, needed(work)));
      const nodes = new Map(found.map(({ level, index, hash }) => [placeText({ level, index: Number(index) }), hash]));
      return work((place) => {
        const hash = nodes.get(placeText(place));
        if (!hash) throw new Error(`the log ${name} lacks its node ${placeText(place)}`);
        return hash;
      });
    },
    isGenuine,
    async firstForged(name, from, to) {
      for (let at = from; at < to; ) {
        const leaves = await database.query(selectLeaves(name, at, Math.min(LEAVES_AT_ONCE, to - at)));
        for (const leaf of leaves) {
          if (Number(leaf.position) !== at || !isGenuine(leaf)) return at;
          at += 1;
        }
        if (leaves.length === 0) return at;
      }
      return undefined;
    },
  };
}

function placeText({ level, index }: NodePlace): string {
  return `${level}/${index}`;
}
