// Checkpoints: the heads of lanes, signed, in the object store, where whoever rewrites the database cannot rewrite them.
import { create, fromJsonString, toJsonString } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { Logger } from '#chassis/log.ts';
import type { ObjectStore } from '#chassis/object-store.ts';
import type { SigningKey } from '#chassis/signing-key.ts';
import { type Checkpoint, CheckpointSchema } from '#gen/bank/type/v1/proof_pb.ts';
import type { Head } from './chain.ts';
import { checkpointBytes } from './domain/block.ts';

/** The checkpoints of a ledger. */
export interface Checkpoints {
  /** Signs a head, unless it was signed before. */
  sign(head: Head | undefined): Promise<void>;
  /** The first checkpoint of a lane at or after a height. */
  covering(lane: bigint, height: bigint): Promise<Checkpoint | undefined>;
  /** Checkpoints by lane and height, with their keys in the store; those after the key `after`, and `limit` at most. */
  list(options: { readonly after: string; readonly limit: number }): Promise<{ key: string; checkpoint: Checkpoint }[]>;
  readonly publicKeyPem: () => Promise<string>;
}

const FOLDER = 'ledger/checkpoints/';
const LANE_DIGITS = 10;
const HEIGHT_DIGITS = 16;
/** Checkpoints of so many blocks share a folder. */
const FOLDER_DIGITS = 4;

/** Opens the checkpoints of a ledger process. */
export function openCheckpoints(objects: ObjectStore, key: () => Promise<SigningKey>, log: Logger): Checkpoints {
  /** The hash that was signed last, by lane. */
  const signed = new Map<bigint, Buffer>();

  async function read(name: string): Promise<Checkpoint> {
    const place = placeOf(name);
    const checkpoint = parse(String(await objects.get(name)));
    const isThere = checkpoint?.laneNumber === place.laneNumber && checkpoint.height === place.height;
    // Where somebody has been at the file it is shown without a signature, for what it is.
    return isThere ? checkpoint : create(CheckpointSchema, place);
  }

  return {
    async sign(head) {
      if (!head || signed.get(head.lane)?.equals(head.hash)) return;
      const { lane, height, hash: blockHash } = head;
      const signTime = new Date();
      const { sign } = await key();
      const checkpoint = create(CheckpointSchema, {
        laneNumber: lane,
        height,
        blockHash,
        signTime: timestampFromDate(signTime),
        signature: sign(checkpointBytes({ lane, height, blockHash, signTime })),
      });
      const name = nameOf(lane, height);
      const kept = await objects.putIfAbsent(name, Buffer.from(`${toJsonString(CheckpointSchema, checkpoint)}\n`));
      if (!kept && !blockHash.equals((await read(name)).blockHash)) {
        log.error(
          { lane: String(lane), height: String(height) },
          'another block was signed at this height: the database was rewritten',
        );
      }
      signed.set(lane, blockHash);
    },
    async covering(lane, height) {
      const before = height === 0n ? '' : nameOf(lane, height - 1n);
      const [name] = await objects.list(laneFolder(lane), { after: before, limit: 1 });
      return name === undefined ? undefined : read(name);
    },
    async list({ after, limit }) {
      const names = await objects.list(FOLDER, { after, limit });
      return Promise.all(names.map(async (name) => ({ key: name, checkpoint: await read(name) })));
    },
    publicKeyPem: async () => (await key()).publicKeyPem,
  };
}

function laneFolder(lane: bigint): string {
  return `${FOLDER}${String(lane).padStart(LANE_DIGITS, '0')}/`;
}

function parse(text: string): Checkpoint | undefined {
  try {
    return fromJsonString(CheckpointSchema, text);
  } catch {
    return undefined;
  }
}

function placeOf(name: string): { laneNumber: bigint; height: bigint } {
  const [, lane = '0', height = '0'] = /(\d+)\/\d+\/(\d+)\.json$/.exec(name) ?? [];
  return { laneNumber: BigInt(lane), height: BigInt(height) };
}

/** Zeros in front, so that the store's order is that of the numbers. */
function nameOf(lane: bigint, height: bigint): string {
  const digits = String(height).padStart(HEIGHT_DIGITS, '0');
  return `${laneFolder(lane)}${digits.slice(0, -FOLDER_DIGITS)}/${digits}.json`;
}
