// The chain of blocks, recomputed: every journal and every step of a hold is what was hashed when it was written, every
// block holds the hash of the one before it, and what the bank has signed is still there. Memory grows by 32 bytes a leaf.
import { verify } from 'node:crypto';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { DIGEST_BYTES } from '#chassis/digest.ts';
import { rootOf } from '#chassis/merkle.ts';
import type { BlockPlace } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { Block } from '#gen/bank/ledger/v1/proof_pb.ts';
import type { BlockHeader, Checkpoint } from '#gen/bank/type/v1/proof_pb.ts';
import { blockHash, checkpointBytes, hex } from '../../services/ledger/domain/block.ts';
import type { Fault } from './laws.ts';

/** A journal or a step of a hold as the chain sees it. */
export interface Chained {
  /** The id of the journal; the id of the hold and the version that the step made. */
  readonly subject: string;
  readonly place: BlockPlace | undefined;
  /** The hash of what it is now. */
  readonly leaf: Buffer;
}

/** What the chain comes to. */
export interface ChainVerdict {
  readonly faults: readonly Fault[];
  /** Blocks that no checkpoint covers yet. */
  readonly unsigned: number;
  /** Journals and steps that are older than their places in blocks. */
  readonly unsealed: number;
}

/** An audit of the chain under way. */
export interface ChainAudit {
  readonly counts: { blocks: number };
  /** Takes note of a block. Blocks of a lane come in their order. */
  block(block: Block): void;
  /** Whether it has been told of the block in which something says it stands. */
  knows(place: BlockPlace | undefined): boolean;
  /** Holds a journal or a step to its block, which must be known if it exists. */
  leaf(chained: Chained): void;
  /** From here on both are listed once more to the end: those of all blocks known by now will have been told. */
  beginPass(): void;
  /** Everything that is broken. `publicKey` (PEM) is what the checkpoints must be signed with. */
  finish(checkpoints: readonly Checkpoint[], publicKey: string): ChainVerdict;
}

interface Known {
  readonly header: BlockHeader;
  readonly leaves: readonly Buffer[];
  readonly seen: Uint8Array;
  readonly pass: number;
}

const ZEROS = Buffer.alloc(DIGEST_BYTES);
/** What is older than its place in a block stands in this lane: its number is sealed, and not its content. */
const UNSEALED = 0n;

/** Begins an audit of the chain. */
export function startChain(): ChainAudit {
  const lanes = new Map<bigint, Map<bigint, Known>>();
  const heads = new Map<bigint, BlockHeader>();
  const faults: Fault[] = [];
  const counts = { blocks: 0 };
  let pass = 0;
  const blockAt = (place: BlockPlace | undefined) => place && lanes.get(place.laneNumber)?.get(place.height);
  return {
    counts,
    block({ header, leaves: bytes }) {
      if (!header) return;
      counts.blocks += 1;
      const { laneNumber: lane, height } = header;
      const leaves = leavesOf(bytes);
      faults.push(...blockFaults(header, leaves), ...linkFaults(header, heads.get(lane)));
      heads.set(lane, header);
      const known = lanes.get(lane) ?? new Map<bigint, Known>();
      lanes.set(lane, known.set(height, { header, leaves, seen: new Uint8Array(header.leafCount), pass }));
    },
    knows: (place) => blockAt(place) !== undefined,
    leaf(chained) {
      const known = blockAt(chained.place);
      const index = Number((chained.place?.position ?? -1n) - (known?.header.firstPosition ?? 0n));
      faults.push(...leafFaults(chained, known, index));
      if (known && index in known.seen) known.seen[index] = 1;
    },
    beginPass() {
      pass += 1;
    },
    finish(checkpoints, publicKey) {
      const blocks = [...lanes.values()].flatMap((lane) => [...lane.values()]);
      for (const known of blocks) if (known.pass < pass) faults.push(...missingFaults(known));
      const signed = new Map<bigint, bigint>();
      for (const checkpoint of checkpoints) {
        const { laneNumber: lane, height } = checkpoint;
        faults.push(...checkpointFaults(checkpoint, lanes.get(lane)?.get(height)?.header, publicKey));
        if (height > (signed.get(lane) ?? -1n)) signed.set(lane, height);
      }
      const isUnsigned = ({ header: { laneNumber, height } }: Known) =>
        laneNumber !== UNSEALED && height > (signed.get(laneNumber) ?? -1n);
      const unsealed = [...(lanes.get(UNSEALED)?.values() ?? [])].reduce(
        (sum, { header }) => sum + header.leafCount,
        0,
      );
      return { faults, unsigned: blocks.filter(isUnsigned).length, unsealed };
    },
  };
}

function blockFaults(header: BlockHeader, leaves: readonly Buffer[]): Fault[] {
  const { laneNumber: lane, height, root, firstPosition, leafCount, knownTime } = header;
  const fault = faultsOf(header);
  const content = { lane, height, previousHash: header.previousHash, root, firstPosition, leafCount };
  const computed = blockHash({ ...content, knownTime: knownTime ? timestampDate(knownTime) : new Date(0) });
  const own = fault('its hash is that of its content', hex(computed), hex(header.hash));
  if (lane === UNSEALED) return own;
  const count = fault('it has the hash of every leaf', String(leafCount), String(leaves.length));
  const tree = leaves.length === 0 ? ZEROS : rootOf(leaves);
  return [...own, ...count, ...fault('its root is that of its leaves', hex(tree), hex(root))];
}

function linkFaults(header: BlockHeader, before: BlockHeader | undefined): Fault[] {
  const fault = faultsOf(header);
  const expected = before ? before.height + 1n : 0n;
  // The block before a gap says nothing of the one after it.
  if (header.height !== expected) {
    return fault('the blocks of its lane count from 0 without a gap', `block ${expected}`, `block ${header.height}`);
  }
  const next = before ? before.firstPosition + BigInt(before.leafCount) : 0n;
  return [
    ...fault('it holds the hash of the block before it', hex(before?.hash ?? ZEROS), hex(header.previousHash)),
    ...fault('it begins where the one before it ends', `position ${next}`, `position ${header.firstPosition}`),
  ];
}

function leafFaults({ subject, place, leaf }: Chained, known: Known | undefined, index: number): Fault[] {
  const fault = (what: string, expected: string, found: string): Fault[] => [
    { law: 'LEAF_IN_BLOCK', subject, what, expected, found },
  ];
  const where = place ? `lane ${place.laneNumber} block ${place.height} position ${place.position}` : 'nowhere';
  if (!known || !(index in known.seen)) return fault('it stands in a block', 'a block that has its place', where);
  if (known.seen[index] === 1) return fault('it alone stands at its place', 'no other', where);
  const posted = known.leaves[index];
  if (place?.laneNumber === UNSEALED || !posted || posted.equals(leaf)) return [];
  const moved = known.leaves.findIndex((other) => other.equals(leaf));
  if (moved >= 0) {
    const position = known.header.firstPosition + BigInt(moved);
    return fault('it stands where it was posted', `position ${position}`, where);
  }
  return fault(`it is what was posted (${where})`, hex(posted), hex(leaf));
}

function missingFaults({ header, seen }: Known): Fault[] {
  const fault = faultsOf(header, 'LEAF_IN_BLOCK');
  return [...seen].flatMap((there, index) => {
    if (there === 1) return [];
    return fault(
      `its position ${header.firstPosition + BigInt(index)} has its leaf`,
      'a journal or a step of a hold',
      'none',
    );
  });
}

function checkpointFaults(checkpoint: Checkpoint, block: BlockHeader | undefined, publicKey: string): Fault[] {
  const { laneNumber: lane, height, blockHash: signed, signTime, signature } = checkpoint;
  const fault = faultsOf(checkpoint, 'CHECKPOINT');
  const bytes = checkpointBytes({
    lane,
    height,
    blockHash: signed,
    signTime: signTime ? timestampDate(signTime) : new Date(0),
  });
  if (!verify(null, bytes, publicKey, signature)) {
    return fault('its checkpoint is signed with the key of the bank', 'a signature', 'none that fits');
  }
  return fault('it is the block that was signed', hex(signed), block ? hex(block.hash) : 'none');
}

/** Makes faults about a block: one where what is found is not what is expected. */
function faultsOf(
  { laneNumber, height }: Pick<BlockHeader, 'laneNumber' | 'height'>,
  law: Fault['law'] = 'BLOCK_CHAIN',
) {
  const subject = `lane ${laneNumber} block ${height}`;
  return (what: string, expected: string, found: string): Fault[] =>
    expected === found ? [] : [{ law, subject, what, expected, found }];
}

function leavesOf(bytes: Uint8Array): Buffer[] {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(whole.length / DIGEST_BYTES) }, (_, index) =>
    whole.subarray(index * DIGEST_BYTES, (index + 1) * DIGEST_BYTES),
  );
}
