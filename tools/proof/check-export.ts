// Checks an export of the audit, offline: npm run -s check-export -- FILE FILE.proofs KEY.pem
// It needs nothing of the bank but its public key, and nothing of its code: docs/proofs.md says what is hashed and signed.
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** bank.audit.v1.LogCheckpoint in JSON: bytes in base64, 64-bit numbers in text. */
interface Checkpoint {
  readonly log: string;
  readonly size: string;
  readonly root: string;
  readonly signTime: string;
  readonly signature: string;
}

/** bank.audit.v1.ExportManifest in JSON. */
interface Manifest {
  readonly format: string;
  readonly requestJson: string;
  readonly recordCount?: string;
  readonly contentDigest: string;
  readonly proofsDigest: string;
  readonly checkpoints?: readonly Checkpoint[];
  readonly exportTime: string;
  readonly signature: string;
}

/** A line of the proofs. */
interface Proof {
  readonly recordText: string;
  readonly path: readonly string[];
}

const NAMES =
  'log position previous record event kind rpc request outcome reason code actor caller resources trace occur_time known_time before after origin one_in'.split(
    ' ',
  );

const [contentFile, proofsFile, keyFile] = process.argv.slice(2);
if (!contentFile || !proofsFile || !keyFile) end(2, 'usage: npm run -s check-export -- FILE FILE.proofs KEY.pem');
const key = read(keyFile, (bytes) => createPublicKey(bytes), 'a public key in PEM');
const content = read(contentFile, (bytes) => bytes, 'an export');
const lines = read(proofsFile, (bytes) => String(bytes).trimEnd().split('\n'), 'proofs');
const wrong = whatIsWrong();
if (wrong !== undefined) end(1, `This proves nothing: ${wrong}.`);
const { requestJson, exportTime, recordCount = '0' } = manifestOf(lines);
console.log(`${recordCount} records of ${requestJson}, exported at ${exportTime}: all are in the logs of the bank.`);

function end(code: number, sentence: string): never {
  console.error(sentence);
  process.exit(code);
}

function read<T>(file: string, parse: (bytes: Buffer) => T, what: string): T {
  try {
    return parse(readFileSync(file));
  } catch (error) {
    end(2, `${file} cannot be read as ${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The first thing that does not hold; undefined when all do. */
function whatIsWrong(): string | undefined {
  try {
    return disagreement(manifestOf(lines), lines.slice(0, -1));
  } catch {
    return 'it is not of the form of an export';
  }
}

function disagreement(manifest: Manifest, proofLines: readonly string[]): string | undefined {
  if (!isSigned(manifestText(manifest), manifest.signature, key)) return 'the bank has not signed what it exported';
  if (!sha256(content).equals(bytesOf(manifest.contentDigest))) return 'the file is not what was exported';
  const proofBytes = Buffer.from(proofLines.map((line) => `${line}\n`).join(''));
  if (!sha256(proofBytes).equals(bytesOf(manifest.proofsDigest))) return 'the proofs are not what was exported';
  const proofs = proofLines.map((line) => JSON.parse(line) as Proof);
  if (String(proofs.length) !== (manifest.recordCount ?? '0')) return 'there are more or fewer records than was said';
  if (!content.equals(writtenAgain(manifest.format, proofs))) return 'the file is not what the records say';
  const heads = new Map(
    (manifest.checkpoints ?? []).map((checkpoint) => [word(checkpoint.log, 'WORKLOAD_'), checkpoint]),
  );
  for (const [log, checkpoint] of heads) {
    if (!isSigned(checkpointText(checkpoint), checkpoint.signature, key))
      return `the bank has not signed the log ${log}`;
  }
  for (const { recordText, path } of proofs) {
    const values = valuesOf(recordText);
    const head = heads.get(values.get('log') ?? '');
    if (!head || !leadsTo(head, recordText, Number(values.get('position')), path)) {
      return `${values.get('record')} is in no log that the bank has signed`;
    }
  }
  return undefined;
}

function manifestOf(all: readonly string[]): Manifest {
  return JSON.parse(all.at(-1) ?? '') as Manifest;
}

/** The file as its records have to be written. */
function writtenAgain(format: string, proofs: readonly Proof[]): Buffer {
  const isCsv = word(format, 'EXPORT_FORMAT_') === 'CSV';
  const csv = (values: readonly string[]) =>
    `${values.map((value) => `"${value.replaceAll('"', '""')}"`).join(',')}\r\n`;
  const rows = proofs.map(({ recordText }) => {
    const values = valuesOf(recordText);
    return isCsv ? csv(NAMES.map((name) => values.get(name) ?? '')) : `${JSON.stringify(Object.fromEntries(values))}\n`;
  });
  return Buffer.from([...(isCsv ? [csv(NAMES)] : []), ...rows].join(''));
}

/** The values of a record, by the names of its lines. */
function valuesOf(recordText: string): Map<string, string> {
  const [, ...valued] = recordText.trimEnd().split('\n');
  return new Map(valued.map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]));
}

/** Whether a path leads from a record to the root of a checkpoint (RFC 9162, 2.1.3.2). */
function leadsTo(head: Checkpoint, recordText: string, position: number, path: readonly string[]): boolean {
  let [at, last] = [position, Number(head.size) - 1];
  let hash = sha256(Buffer.concat([Buffer.from([0]), Buffer.from(recordText)]));
  if (!(at >= 0 && at <= last)) return false;
  for (const sibling of path.map(bytesOf)) {
    if (last === 0) return false;
    const isRight = at % 2 === 1 || at === last;
    hash = sha256(Buffer.concat([Buffer.from([1]), ...(isRight ? [sibling, hash] : [hash, sibling])]));
    while (isRight && at % 2 === 0 && at > 0) [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 && hash.equals(bytesOf(head.root));
}

function manifestText(manifest: Manifest): string {
  return text([
    'corebank audit export 1',
    `format ${word(manifest.format, 'EXPORT_FORMAT_')}`,
    `request ${manifest.requestJson}`,
    `records ${manifest.recordCount ?? '0'}`,
    `content ${hex(manifest.contentDigest)}`,
    `proofs ${hex(manifest.proofsDigest)}`,
    ...(manifest.checkpoints ?? []).map(
      ({ log, size, root }) => `checkpoint ${word(log, 'WORKLOAD_')} ${size} ${hex(root)}`,
    ),
    `export_time ${new Date(manifest.exportTime).toISOString()}`,
  ]);
}

function checkpointText({ log, size, root, signTime }: Checkpoint): string {
  return text([
    'corebank audit checkpoint 1',
    `log ${word(log, 'WORKLOAD_')}`,
    `size ${size}`,
    `root ${hex(root)}`,
    `sign_time ${new Date(signTime).toISOString()}`,
  ]);
}

function text(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}

function word(value: string, prefix: string): string {
  return value.startsWith(prefix) ? value.slice(prefix.length) : value;
}

function isSigned(signed: string, signature: string, by: KeyObject): boolean {
  return verify(null, Buffer.from(signed), by, bytesOf(signature));
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function bytesOf(base64: string): Buffer {
  return Buffer.from(base64, 'base64');
}

function hex(base64: string): string {
  return bytesOf(base64).toString('hex');
}
