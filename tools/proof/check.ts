// Checks the proof of a statement line, offline: npm run -s check-proof -- PROOF.json KEY.pem
// It needs nothing of the bank but its public key. docs/proofs.md says what is hashed, so that anybody can write another.
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { leafHash, rootFrom } from '#chassis/merkle.ts';
import { blockHash, checkpointBytes, commitment, commitmentsOf } from '../../services/ledger/domain/block.ts';

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

type Without<T, K extends keyof T> = Omit<T, K> & Partial<Pick<T, K>>;

/** A proof as JSON of the contract has it: without what is 0 or empty. */
type WrittenProof = Without<Omit<Proof, 'blocks' | 'checkpoint'>, 'legNumber' | 'journalIndex' | 'path'> & {
  readonly blocks?: readonly Without<Block, 'height' | 'firstPosition'>[];
  readonly checkpoint: Without<Checkpoint, 'height'>;
};

if (import.meta.main) check(process.argv.slice(2));

function check([proofFile, keyFile]: readonly string[]): void {
  if (!proofFile || !keyFile) end(2, 'usage: npm run -s check-proof -- PROOF.json KEY.pem');
  const document = read(proofFile, JSON.parse, 'a proof in JSON');
  const key = read(keyFile, createPublicKey, 'a public key in PEM');
  const { wrong, shown } = verdictOn(document, key);
  if (wrong !== undefined) end(1, wrong);
  console.log(shown);
}

/** What is wrong with a document as a proof, or what it proves. */
export function verdictOn(
  document: WrittenProof & { readonly proof?: WrittenProof },
  key: KeyObject,
): { readonly wrong?: string; readonly shown?: string } {
  const proof = proofOf(document);
  const wrong = proof ? whatIsWrong(proof, key) : 'it is not of the form of a proof';
  if (!proof || wrong !== undefined) return { wrong: `This proves nothing: ${wrong}.` };
  return { shown: `${proof.journalText}\n${proof.entryText}\n\nThe entry is in the books of the bank.` };
}

function end(code: number, sentence: string): never {
  console.error(sentence);
  process.exit(code);
}

function read<T>(file: string, parse: (text: string) => T, what: string): T {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (error) {
    end(2, `${file} cannot be read as ${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The proof that a document in JSON is, or holds as an answer of the bank does. Undefined for anything else. */
function proofOf(document: WrittenProof & { readonly proof?: WrittenProof }): Proof | undefined {
  try {
    const given = document.proof ?? document;
    const { legNumber = 0, journalIndex = 0, path = [], blocks = [], checkpoint } = given;
    const found: Proof = {
      ...given,
      legNumber,
      journalIndex,
      path,
      blocks: blocks.map((block) => ({
        ...block,
        height: block.height ?? '0',
        firstPosition: block.firstPosition ?? '0',
      })),
      checkpoint: { ...checkpoint, height: checkpoint.height ?? '0' },
    };
    for (const block of found.blocks) hashOf(block);
    checkpointOf(found);
    return [found.journalText, found.entryText, found.entrySalt].every((text) => typeof text === 'string') &&
      found.path.every((hash) => typeof hash === 'string')
      ? found
      : undefined;
  } catch {
    return undefined;
  }
}

/** The first step of the proof that does not hold; undefined when all do. */
function whatIsWrong(given: Proof, bankKey: KeyObject): string | undefined {
  const { journalText, entryText, entrySalt, legNumber, ...rest } = given;
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
  if (!verify(null, checkpointOf(given), bankKey, bytesOf(checkpoint.signature))) return 'the bank has not signed it';
  return undefined;
}

/** What is signed of a proof. */
function checkpointOf({ checkpoint: { laneNumber, height, blockHash: hash, signTime } }: Proof): Buffer {
  return checkpointBytes({
    lane: BigInt(laneNumber),
    height: BigInt(height),
    blockHash: bytesOf(hash),
    signTime: new Date(signTime),
  });
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
