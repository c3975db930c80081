// The archive: records of old months in files of the object store, each signed, which are searched and proved like those in the database.
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import { create, fromJsonString, toJsonString } from '@bufbuild/protobuf';
import { sha256 } from '#chassis/digest.ts';
import type { Logger } from '#chassis/log.ts';
import type { ObjectStore } from '#chassis/object-store.ts';
import { ArchivedRecordSchema } from '#gen/bank/audit/v1/keeping_pb.ts';
import type { FileRow, Place } from './archive-tables.ts';
import { PARTS, type RecordRow, recordMessage, rowOf } from './messages.ts';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** Where all of it is. */
export const ARCHIVE = 'audit/archive/';
const DATA = '.jsonl.zst';

/** So many files are kept unpacked: what is read together, and for the next page. */
const KEPT_MAX = 8;

/** The files of the archive, as they are read. */
export interface ArchiveFiles {
  /** The records of a file, oldest first. One that is gone or broken has none; whoever verifies the logs is told. */
  read(file: Pick<FileRow, 'key' | 'digest'>): Promise<readonly RecordRow[]>;
}

/** The key of what is signed of a file. */
export function statementKey(key: string): string {
  return key.replace(/\.jsonl\.zst$/, '.json');
}

/** The key of what is signed when it is disposed of. */
export function disposalKey(key: string): string {
  return key.replace(/\.jsonl\.zst$/, '.disposal.json');
}

/** The key of the file that a key in its folder belongs to. */
export function dataKey(key: string): string {
  return key.replace(/(?:\.disposal)?\.json$|\.jsonl\.zst$/, DATA);
}

/** A file of records: its bytes. */
export async function pack(rows: readonly RecordRow[]): Promise<Buffer> {
  const lines = rows.map((row) => {
    const ciphertexts = Object.fromEntries(PARTS.map((part) => [`${part}Ciphertext`, row[part] ?? new Uint8Array()]));
    const archived = create(ArchivedRecordSchema, { record: recordMessage(row), ...ciphertexts });
    return `${toJsonString(ArchivedRecordSchema, archived)}\n`;
  });
  return compress(lines.join(''));
}

/** The records of a file. */
export async function unpack(bytes: Buffer): Promise<RecordRow[]> {
  const lines = (await decompress(bytes)).toString().trimEnd().split('\n');
  return lines.map((line) => {
    const { record, beforeCiphertext, afterCiphertext, originCiphertext } = fromJsonString(ArchivedRecordSchema, line);
    if (!record) throw new Error('a line holds no record');
    return rowOf(record, { before: beforeCiphertext, after: afterCiphertext, origin: originCiphertext });
  });
}

/** Opens the files of the archive. Each is fetched whenever it is read, so that nothing that was done to it stays unseen. */
export function openArchive(objects: ObjectStore, log: Logger): ArchiveFiles {
  const kept = new Map<string, Promise<readonly RecordRow[]>>();

  /** The records of bytes, as they were unpacked before, where these are the same. */
  function unpacked(bytes: Buffer, digest: string): Promise<readonly RecordRow[]> {
    const known = kept.get(digest) ?? unpack(bytes);
    // Maps keep the order of insertion: the first key is the one that was used longest ago.
    kept.delete(digest);
    kept.set(digest, known);
    if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value ?? '');
    return known;
  }

  return {
    async read({ key, digest }) {
      const bytes = await objects.get(key);
      const found = bytes && sha256(bytes);
      if (!found?.equals(digest)) log.error({ key }, 'a file of the archive is not what was signed');
      try {
        return bytes && found ? await unpacked(bytes, found.toString('hex')) : [];
      } catch (error) {
        log.error({ key, err: error }, 'a file of the archive cannot be read');
        return [];
      }
    },
  };
}

/** The place of a record among all by time. */
export function placeOf({ occurMs, recordId }: Pick<RecordRow, 'occurMs' | 'recordId'>): Place {
  return { ms: Number(occurMs), id: recordId };
}

/** Orders by time, the newest first. */
export function newestFirst(one: Place, other: Place): number {
  return other.ms - one.ms || (one.id < other.id ? 1 : one.id > other.id ? -1 : 0);
}
