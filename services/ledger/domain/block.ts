// What a block and a checkpoint are, as texts that are hashed and signed, and what an entry is committed to with. Nothing
// here knows the contract, so that the script that checks a proof offline needs nothing else.
import { sha256, sha256Hex } from '#chassis/digest.ts';

/** What the hash of a block is made of. */
export interface BlockContent {
  readonly lane: bigint;
  readonly height: bigint;
  readonly previousHash: Uint8Array;
  readonly root: Uint8Array;
  readonly firstPosition: bigint;
  readonly leafCount: number;
  readonly knownTime: Date;
}

/** What a checkpoint says. */
export interface CheckpointContent {
  readonly lane: bigint;
  readonly height: bigint;
  readonly blockHash: Uint8Array;
  readonly signTime: Date;
}

/** The hash of a block. The database computes it again (block_hash). */
export function blockHash(block: BlockContent): Buffer {
  return sha256(
    linesOf([
      'corebank block 1',
      `lane ${block.lane}`,
      `height ${block.height}`,
      `previous ${hex(block.previousHash)}`,
      `root ${hex(block.root)}`,
      `first_position ${block.firstPosition}`,
      // Called so when all leaves were journals. What is hashed keeps its words, or what was signed would not hold.
      `journal_count ${block.leafCount}`,
      `known_time ${block.knownTime.toISOString()}`,
    ]),
  );
}

/** The bytes that a checkpoint is a signature of. */
export function checkpointBytes({ lane, height, blockHash: hash, signTime }: CheckpointContent): Buffer {
  return Buffer.from(
    linesOf([
      'corebank checkpoint 1',
      `lane ${lane}`,
      `height ${height}`,
      `block ${hex(hash)}`,
      `sign_time ${signTime.toISOString()}`,
    ]),
  );
}

/** What a journal says of an entry: who has its salt (in hexadecimal digits) and its text can tell that it is this one. */
export function commitment(salt: string, text: string): string {
  return sha256Hex(`${salt} ${text}`);
}

/** The commitments of a journal's text, in the order of its legs. */
export function commitmentsOf(journalText: string): string[] {
  return [...journalText.matchAll(/^entry ([0-9a-f]{64})$/gm)].map(([, hash = '']) => hash);
}

/** A text of lines, each ended. */
export function linesOf(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}

/** Bytes in hexadecimal digits. */
export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
