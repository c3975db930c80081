// Checkpoints: the heads of lanes, signed, in the object store.
import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { type CheckpointKind, type CheckpointStore, checkpointStore } from '#chassis/checkpoint-store.ts';
import type { Logger } from '#chassis/log.ts';
import type { ObjectStore } from '#chassis/object-store.ts';
import type { SigningKey } from '#chassis/signing-key.ts';
import { type Checkpoint, CheckpointSchema } from '#gen/bank/type/v1/proof_pb.ts';
import type { Head } from './chain.ts';
import { checkpointBytes } from './domain/block.ts';

/** The checkpoints of a ledger. */
export interface Checkpoints extends Pick<CheckpointStore<typeof CheckpointSchema>, 'list'> {
  /** Signs a head, unless it was signed before. */
  sign(head: Head | undefined): Promise<void>;
  /** The first checkpoint of a lane at or after a height. */
  covering(lane: bigint, height: bigint): Promise<Checkpoint | undefined>;
  readonly publicKeyPem: () => Promise<string>;
}

const LANE_DIGITS = 10;
const groupOf = (lane: bigint): string => String(lane).padStart(LANE_DIGITS, '0');

const KIND: CheckpointKind<typeof CheckpointSchema> = {
  schema: CheckpointSchema,
  folder: 'ledger/checkpoints/',
  placeOf: ({ laneNumber, height }) => ({ group: groupOf(laneNumber), number: height }),
  bare: ({ group, number }) => ({ laneNumber: BigInt(group), height: number }),
};

/** Opens the checkpoints of a ledger process. */
export function openCheckpoints(objects: ObjectStore, key: () => Promise<SigningKey>, log: Logger): Checkpoints {
  const store = checkpointStore(objects, KIND);
  /** The hash that was signed last, by lane. */
  const signed = new Map<bigint, Buffer>();

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
      const kept = await store.keep(checkpoint);
      if (!blockHash.equals(kept.blockHash)) {
        log.error(
          { lane: String(lane), height: String(height) },
          'another block was signed at this height: the database was rewritten',
        );
      }
      signed.set(lane, blockHash);
    },
    covering: (lane, height) => store.firstFrom({ group: groupOf(lane), number: height }),
    list: store.list,
    publicKeyPem: async () => (await key()).publicKeyPem,
  };
}
