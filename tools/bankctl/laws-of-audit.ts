// The logs of the audit, recomputed from their records: each stands where it was written and says what it said then, and what the
// bank has signed is still there. Memory grows with the ids of the records.
import { verify } from 'node:crypto';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { DIGEST_BYTES } from '#chassis/digest.ts';
import { grow, rootAt, type TreeNode } from '#chassis/merkle-log.ts';
import { type AuditRecord, type LogCheckpoint, type LogEntry, RecordKind } from '#gen/bank/audit/v1/audit_pb.ts';
import { type Workload, WorkloadSchema } from '#gen/bank/options/v1/options_pb.ts';
import { checkpointBytes, recordLeaf } from '../../services/audit/domain/record.ts';
import type { ArchiveFault, IsDisposed } from './laws-of-archive.ts';

/** What was done to a log. */
export type Tampering = 'EDITED' | 'DELETED' | 'INSERTED' | 'REORDERED' | 'TRUNCATED' | 'REWRITTEN' | 'CHECKPOINT';

/** Something that is not as it was written. */
export interface AuditFault {
  readonly law: Tampering | ArchiveFault['law'];
  /** The record, or the place in the log. */
  readonly subject: string;
  readonly what: string;
}

/** An audit of all logs under way. */
export interface LogAudit {
  readonly counts: { records: number };
  /** Takes note of a record that a list has, before the logs are read. */
  listed(record: AuditRecord): void;
  /** Takes note of a place of a log. They come in their order. */
  entry(log: Workload, entry: LogEntry): void;
  /** Everything that is wrong, and how many records are not signed yet. */
  finish(): { readonly faults: readonly AuditFault[]; readonly unsigned: number };
}

/** One log, as far as it was read. */
interface Log {
  next: bigint;
  /** The hash at the place before; undefined when that is not to be relied on. */
  last: Uint8Array | undefined;
  /** By level, the whole node that came last. */
  readonly edge: Map<number, TreeNode>;
  /** Nothing can be said of the roots after a gap. */
  hasGap: boolean;
  signed: bigint;
}

/** So many faults are named; more than that help nobody. */
const MOST_FAULTS = 10_000;

/** Begins an audit. `publicKey` (PEM) is what the checkpoints must be signed with; `isDisposed` tells which places may have no record. */
export function startLogAudit(
  checkpoints: readonly LogCheckpoint[],
  publicKey: string,
  isDisposed: IsDisposed,
): LogAudit {
  const logs = new Map<Workload, Log>();
  const strays = new Map<string, string>();
  const faults: AuditFault[] = [];
  const counts = { records: 0 };
  const note = (law: Tampering, subject: string, what: string): void => {
    if (faults.length < MOST_FAULTS) faults.push({ law, subject, what });
  };
  const due = Map.groupBy(checkpoints, ({ log, size }) => placeOf(log, size));
  for (const checkpoint of checkpoints) {
    if (!isSigned(checkpoint, publicKey)) {
      note('CHECKPOINT', placeOf(checkpoint.log, checkpoint.size), 'it is not signed with the key of the bank');
    }
  }

  function holdToCheckpoints(name: Workload, log: Log): void {
    for (const { size, root } of due.get(placeOf(name, log.next)) ?? []) {
      log.signed = size;
      if (log.hasGap) continue;
      const found = rootAt(Number(size), ({ level }) => log.edge.get(level)?.hash ?? Buffer.alloc(DIGEST_BYTES));
      if (!found.equals(root)) {
        note('REWRITTEN', `${wordOf(name)} up to ${size}`, 'the log is not what was signed outside the database');
      }
    }
  }

  function step(name: Workload, log: Log, { position, leafHash }: LogEntry): void {
    for (; log.next < position; log.next += 1n) {
      log.hasGap = true;
      note('DELETED', placeOf(name, log.next), 'the log has no such place any more');
    }
    if (!log.hasGap) {
      for (const node of grow(Number(position), [...log.edge.values()], [Buffer.from(leafHash)])) {
        log.edge.set(node.level, node);
      }
    }
    log.next = position + 1n;
    holdToCheckpoints(name, log);
  }

  return {
    counts,
    listed: (record) => void strays.set(record.recordId, `${placeOf(record.log, record.position)}`),
    entry(name, entry) {
      const log = logs.get(name) ?? newLog();
      logs.set(name, log);
      counts.records += 1;
      if (entry.record) strays.delete(entry.record.recordId);
      const found = entryFault(name, entry, log, isDisposed);
      if (found) note(...found);
      step(name, log, entry);
      log.last = found ? undefined : entry.leafHash;
    },
    finish() {
      for (const [recordId, place] of strays) note('INSERTED', recordId, `no log has it (it says ${place})`);
      for (const { log, size } of checkpoints) {
        if (size > (logs.get(log)?.next ?? 0n)) {
          note('TRUNCATED', placeOf(log, size - 1n), 'it was signed outside the database, and the log ends before it');
        }
      }
      const unsigned = [...logs.values()].reduce((sum, { next, signed }) => sum + Number(next - signed), 0);
      return { faults, unsigned };
    },
  };
}

/** What is wrong with one place of a log, given what comes before it. */
function entryFault(
  name: Workload,
  entry: LogEntry,
  log: Log,
  isDisposed: IsDisposed,
): [Tampering, string, string] | undefined {
  const { position, leafHash, record, genuine } = entry;
  const place = placeOf(name, position);
  if (!record && genuine && isDisposed(name, position)) return undefined;
  if (!record) return ['DELETED', place, 'its record is gone'];
  if (record.position !== position || record.log !== name) {
    return ['REORDERED', record.recordId, `it stands at ${place}, and says ${placeOf(record.log, record.position)}`];
  }
  if (!recordLeaf(record).equals(leafHash)) return ['EDITED', record.recordId, `it is not what was hashed at ${place}`];
  if (!genuine) return ['INSERTED', record.recordId, `the audit service has not written it at ${place}`];
  if (position === log.next && log.last && Buffer.compare(record.previousHash, log.last) !== 0) {
    return ['EDITED', placeOf(name, position - 1n), 'the one after it holds the hash of another'];
  }
  return undefined;
}

function newLog(): Log {
  return { next: 0n, last: Buffer.alloc(DIGEST_BYTES), edge: new Map(), hasGap: false, signed: 0n };
}

function isSigned({ log, size, root, signTime, signature }: LogCheckpoint, publicKey: string): boolean {
  const bytes = checkpointBytes({ log, size, root, signTime: signTime ? timestampDate(signTime) : new Date(0) });
  return verify(null, bytes, publicKey, signature);
}

function placeOf(log: Workload, position: bigint): string {
  return `${wordOf(log)} ${position}`;
}

function wordOf(log: Workload): string {
  return (WorkloadSchema.value[log]?.localName ?? String(log)).toLowerCase().replaceAll('_', '-');
}

/** What a record is of, in a word or two: of a command its RPC without the package. */
export function subjectOf({ kind, rpc }: AuditRecord): string {
  const short = rpc.replace(/^bank\.(\w+)\.v1\.\w+\//, '$1.');
  return kind === RecordKind.REFUSED_ACCESS ? `${short} (no access)` : short;
}
