// Checks the proof of a statement line, offline: node tools/proof/check.ts PROOF.json KEY.pem
// It needs nothing of the bank but its public key. docs/proofs.md says what is hashed, so that anybody can write another.
import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { blockHash, checkpointBytes, commitment, commitmentsOf } from '../../services/ledger/domain/block.ts';
import { leafHash, rootFrom } from '../../services/ledger/domain/merkle.ts';

/** bank.type.v1.InclusionProof in JSON: bytes in base64, 64-bit numbers in text. */
interface Proof {
  readonly journalText: string;
  readonly entryText: string;
  readonly entrySalt: string;
  readonly legNumber: number;
  readonly journalIndex: number;
  readonly path: readonly string[];
  readonly blocks: readonly Block[];
  readonly checkpoint: Checkpoint;
}

interface Block {
  readonly laneNumber: string;
  readonly height: string;
  readonly previousHash: string;
  readonly root: string;
  readonly firstPosition: string;
  readonly leafCount: number;
  readonly knownTime: string;
  readonly hash: string;
}

interface Checkpoint {
  readonly laneNumber: string;
  readonly height: string;
  readonly blockHash: string;
  readonly signTime: string;
  readonly signature: string;
}

const [proofFile, keyFile] = process.argv.slice(2);
if (!proofFile || !keyFile) {
  console.error('usage: node tools/proof/check.ts PROOF.json KEY.pem');
  process.exit(2);
}
const proof: Proof = JSON.parse(readFileSync(proofFile, 'utf8'));
const wrong = whatIsWrong(proof, readFileSync(keyFile, 'utf8'));
if (wrong === undefined)
  console.log(`${proof.journalText}\n${proof.entryText}\n\nThe entry is in the books of the bank.`);
else console.error(`This proves nothing: ${wrong}.`);
process.exit(wrong === undefined ? 0 : 1);

/** The first step of the proof that does not hold; undefined when all do. */
function whatIsWrong(
  { journalText, entryText, entrySalt, legNumber, ...rest }: Proof,
  pem: string,
): string | undefined {
  const { journalIndex: index, path, blocks, checkpoint } = rest;
  const [first] = blocks;
  const last = blocks.at(-1);
  if (!first || !last) return 'it has no block';
  const salt = bytesOf(entrySalt).toString('hex');
  if (commitmentsOf(journalText)[legNumber] !== commitment(salt, entryText)) return 'the entry is none of the journal';
  const root = rootFrom(leafHash(journalText), { index, count: first.leafCount, path: path.map(bytesOf) });
  if (!root?.equals(bytesOf(first.root))) return 'the journal is none of the block';
  for (const [at, block] of blocks.entries()) {
    const before = blocks[at - 1];
    if (!hashOf(block).equals(bytesOf(block.hash))) return `block ${block.height} has another hash`;
    if (before && !continues(block, before)) return `block ${block.height} does not continue the one before it`;
  }
  if (!isOf(checkpoint, last)) return 'another block is signed';
  const signed = checkpointBytes({
    lane: BigInt(checkpoint.laneNumber),
    height: BigInt(checkpoint.height),
    blockHash: bytesOf(checkpoint.blockHash),
    signTime: new Date(checkpoint.signTime),
  });
  if (!verify(null, signed, createPublicKey(pem), bytesOf(checkpoint.signature))) return 'the bank has not signed it';
  return undefined;
}

function hashOf(block: Block): Buffer {
  return blockHash({
    lane: BigInt(block.laneNumber),
    height: BigInt(block.height),
    previousHash: bytesOf(block.previousHash),
    root: bytesOf(block.root),
    firstPosition: BigInt(block.firstPosition),
    leafCount: block.leafCount,
    knownTime: new Date(block.knownTime),
  });
}

function continues(block: Block, before: Block): boolean {
  return block.previousHash === before.hash && BigInt(block.height) === BigInt(before.height) + 1n;
}

function isOf(checkpoint: Checkpoint, { laneNumber, height, hash }: Block): boolean {
  return checkpoint.laneNumber === laneNumber && checkpoint.height === height && checkpoint.blockHash === hash;
}

function bytesOf(base64: string): Buffer {
  return Buffer.from(base64, 'base64');
}
