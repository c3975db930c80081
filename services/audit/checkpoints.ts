// Checkpoints: how far the logs have come, signed, in the object store. A log is signed only as long as it goes on from what was
// signed before, and all that came since is of the audit service.
import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { workloadOf } from '#chassis/call-context.ts';
import { type CheckpointKind, type CheckpointStore, checkpointStore } from '#chassis/checkpoint-store.ts';
import type { Logger } from '#chassis/log.ts';
import { rootAt } from '#chassis/merkle-log.ts';
import type { ObjectStore } from '#chassis/object-store.ts';
import type { SigningKey } from '#chassis/signing-key.ts';
import { type LogCheckpoint, LogCheckpointSchema } from '#gen/bank/audit/v1/audit_pb.ts';
import { checkpointBytes } from './domain/record.ts';
import type { Logs } from './log.ts';
import { logName } from './messages.ts';

/** The checkpoints of the audit service. */
export interface Checkpoints extends Pick<CheckpointStore<typeof LogCheckpointSchema>, 'list'> {
  /** Signs how far each of these logs has come, unless that is signed already or must not be. */
  sign(logs: readonly string[]): Promise<void>;
  /** The first checkpoint of a log of this size or a larger one. */
  covering(log: string, size: number): Promise<LogCheckpoint | undefined>;
  /** The last checkpoint of a log. */
  newest(log: string): Promise<LogCheckpoint | undefined>;
  /** Signs what the bank says of its records, with the key of the checkpoints. */
  vouch(bytes: Uint8Array): Promise<Buffer>;
  readonly publicKeyPem: () => Promise<string>;
}

const KIND: CheckpointKind<typeof LogCheckpointSchema> = {
  schema: LogCheckpointSchema,
  folder: 'audit/checkpoints/',
  placeOf: ({ log, size }) => ({ group: logName(log), number: size }),
  bare: ({ group, number }) => ({ log: workloadOf(group), size: number }),
};

/** How far a log was signed. */
type Signed = Pick<LogCheckpoint, 'size' | 'root'>;

const NOTHING: Signed = { size: 0n, root: new Uint8Array() };

/** Opens the checkpoints of an audit process. */
export function openCheckpoints(
  { objects, logs, log }: { objects: ObjectStore; logs: Logs; log: Logger },
  key: () => Promise<SigningKey>,
): Checkpoints {
  const store = checkpointStore(objects, KIND);
  const signed = new Map<string, Signed>();
  const covering = (name: string, size: number) => store.firstFrom({ group: name, number: BigInt(size) });

  /** The last checkpoint of a log, found by halving: the store lists from the front only. */
  async function lastOf(name: string): Promise<LogCheckpoint | undefined> {
    let last: LogCheckpoint | undefined;
    let step = 1n;
    for (;;) {
      const next = await store.firstFrom({ group: name, number: (last?.size ?? 0n) + step });
      if (next) {
        last = next;
        step *= 2n;
      } else if (step === 1n) {
        return last;
      } else {
        step /= 2n;
      }
    }
  }

  /** What speaks against going on from what was signed; undefined when nothing does. */
  async function whatIsWrong(name: string, before: Signed, size: number): Promise<string | undefined> {
    const from = Number(before.size);
    if (size < from) return 'a log is shorter than what was signed of it';
    if (from > 0) {
      const root = await logs.of(name, (find) => rootAt(from, find)).catch(() => undefined);
      if (!root?.equals(before.root)) return 'a log is not what was signed of it';
    }
    const forged = await logs.firstForged(name, from, size);
    return forged === undefined ? undefined : `a log was not written by the audit service at ${forged}`;
  }

  async function signHead(name: string, size: number): Promise<LogCheckpoint> {
    const { sign } = await key();
    const signTime = new Date();
    const root = await logs.of(name, (find) => rootAt(size, find));
    const head = { log: workloadOf(name), size: BigInt(size), root };
    const signature = sign(checkpointBytes({ ...head, signTime }));
    return store.keep(create(LogCheckpointSchema, { ...head, signTime: timestampFromDate(signTime), signature }));
  }

  async function signOne(name: string, size: number): Promise<void> {
    const known = signed.get(name);
    if (known && Number(known.size) === size) return;
    const before = known ?? (await lastOf(name)) ?? NOTHING;
    const wrong = await whatIsWrong(name, before, size);
    if (wrong) return log.error({ log: name, size, signed: String(before.size) }, `nothing is signed: ${wrong}`);
    signed.set(name, Number(before.size) === size ? before : await signHead(name, size));
  }

  return {
    async sign(names) {
      const sizes = await logs.sizes(names);
      for (const name of names) await signOne(name, sizes.get(name) ?? 0);
    },
    covering,
    newest: lastOf,
    vouch: async (bytes) => (await key()).sign(bytes),
    list: store.list,
    publicKeyPem: async () => (await key()).publicKeyPem,
  };
}
