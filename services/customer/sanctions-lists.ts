// Versions of sanctions lists, and the files they are made of.
import { create, toBinary } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { sha256Hex } from '#chassis/digest.ts';
import { SanctionsListImportedSchema } from '#gen/bank/customer/v1/customer_events_pb.ts';
import type { ImportSanctionsListRequest } from '#gen/bank/customer/v1/customer_service_pb.ts';
import {
  type SanctionsEntry,
  SanctionsEntrySchema,
  SanctionsFileKind,
  SanctionsList,
  type SanctionsListVersion,
  SanctionsListVersionSchema,
} from '#gen/bank/customer/v1/sanctions_pb.ts';
import type { Context } from './context.ts';
import { refuse } from './domain/refusals.ts';
import { differenceOf, digestOf, type ListWord, listWord, wordOf } from './domain/sanctions-entry.ts';
import { readOfac } from './domain/sanctions-ofac.ts';
import { readUnitedNations } from './domain/sanctions-un.ts';
import {
  dropParts,
  endEntries,
  insertEntries,
  lockLists,
  SanctionsListVersionRow,
  selectDigests,
  selectGeneration,
  selectParts,
} from './screening-tables.ts';

/** Larger than any list is; what is larger is none. */
const FILE_BYTES_MAX = 16 * 1024 * 1024;

/** The files of a list, read. */
export interface Files {
  readonly entries: readonly SanctionsEntry[];
  readonly digests: readonly string[];
  readonly parts: readonly Buffer[];
}

/** Reads the files of a list from their parts. */
export async function readFiles({ database }: Context, request: ImportSanctionsListRequest): Promise<Files> {
  const digests = request.files.flatMap(({ partDigests }) => partDigests);
  const parts = digests.map((digest) => Buffer.from(digest, 'hex'));
  const kept = new Map(
    (await database.query(selectParts(parts))).map(({ digest, content }) => [digest.toString('hex'), content]),
  );
  const texts = new Map<SanctionsFileKind, string>();
  const fileDigests: string[] = [];
  for (const { kind, partDigests } of request.files) {
    const content = Buffer.concat(
      partDigests.map((digest) => {
        const part = kept.get(digest);
        if (!part) throw refuse('SANCTIONS_PART_NOT_FOUND', { part: digest });
        return part;
      }),
    );
    const file = wordOf(SanctionsFileKind, kind);
    if (texts.has(kind)) throw refuse('SANCTIONS_FILE_INVALID', { file, where: 'twice' });
    texts.set(kind, textOf(file, content));
    fileDigests.push(sha256Hex(content));
  }
  return { entries: entriesOf(request.list, texts), digests: fileDigests, parts };
}

function textOf(file: string, content: Buffer): string {
  if (content.length > FILE_BYTES_MAX) throw refuse('SANCTIONS_FILE_INVALID', { file, where: 'too large' });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    throw refuse('SANCTIONS_FILE_INVALID', { file, where: 'no UTF-8' });
  }
}

function entriesOf(list: SanctionsList, texts: Map<SanctionsFileKind, string>): SanctionsEntry[] {
  const isOfac = list === SanctionsList.OFAC_SDN;
  const { OFAC_SDN, OFAC_ALT, OFAC_ADD, UN_XML } = SanctionsFileKind;
  const kinds = isOfac ? [OFAC_SDN, OFAC_ALT, OFAC_ADD] : [UN_XML];
  const [first, second, third] = kinds.map((kind) => {
    const text = texts.get(kind);
    if (text === undefined)
      throw refuse('SANCTIONS_FILE_INVALID', { file: wordOf(SanctionsFileKind, kind), where: 'missing' });
    texts.delete(kind);
    return text;
  });
  const [other] = texts.keys();
  if (other !== undefined)
    throw refuse('SANCTIONS_FILE_INVALID', { file: wordOf(SanctionsFileKind, other), where: 'of another list' });
  return isOfac ? readOfac(first ?? '', second ?? '', third ?? '') : readUnitedNations(first ?? '');
}

/** Makes what was read the newest version of a list, unless that is the same. */
export async function importList(
  tx: CommandTx,
  { list, removedMax }: Pick<ImportSanctionsListRequest, 'list' | 'removedMax'>,
  { entries, digests, parts }: Files,
  { principal }: Call,
): Promise<SanctionsListVersion> {
  const word = listWord(list);
  await tx.query(lockLists());
  const last = await tx.em.findOne(SanctionsListVersionRow, { list: word }, { orderBy: { version: 'desc' } });
  const before = new Map((await tx.query(selectDigests(word))).map(({ entryNumber, digest }) => [entryNumber, digest]));
  const { added, changed, removed } = differenceOf(before, entries);
  const allowed = removedMax === 0 ? Math.floor(before.size / 10) : removedMax;
  if (removed.length > allowed) throw refuse('SANCTIONS_LIST_SHRUNK', { removed: String(removed.length) });
  if (last && added.length + changed.length + removed.length === 0) {
    await tx.execute(dropParts(parts));
    return listVersionMessage(last);
  }
  const [{ generation } = { generation: 1 }] = await tx.query(selectGeneration());
  const row = tx.em.create(SanctionsListVersionRow, {
    list: word,
    version: (last?.version ?? 0) + 1,
    importNumber: generation,
    fileDigests: [...digests],
    entryCount: entries.length,
    nameCount: entries.reduce((sum, { names }) => sum + names.length, 0),
    addedCount: added.length,
    changedCount: changed.length,
    removedCount: removed.length,
    authorId: principal?.partyId ?? '',
    createTime: new Date(),
  });
  const { version, entryCount } = row;
  const message = listVersionMessage(row);
  tx.publish(SanctionsListImportedSchema, { list, version, entryCount }, { id: word, sequence: version });
  tx.record({ resourceIds: [word], partyId: '' });
  // At once, so that the next of the batch sees it.
  const ended = [...changed.map(({ entryNumber }) => entryNumber), ...removed];
  await tx.execute(endEntries(word, version, ended));
  await tx.execute(insertEntries([...added, ...changed].map((entry) => entryRow(word, version, entry))));
  await tx.execute(dropParts(parts));
  return message;
}

function entryRow(list: ListWord, version: number, entry: SanctionsEntry) {
  const bytes = Buffer.from(toBinary(SanctionsEntrySchema, entry));
  return { list, entryNumber: entry.entryNumber, version, digest: digestOf(entry), entry: bytes };
}

/** A version as the contract writes it. */
export function listVersionMessage(row: SanctionsListVersionRow): SanctionsListVersion {
  const { list, createTime } = row;
  return create(SanctionsListVersionSchema, {
    list: SanctionsList[list],
    version: row.version,
    fileDigests: row.fileDigests,
    entryCount: row.entryCount,
    nameCount: row.nameCount,
    addedCount: row.addedCount,
    changedCount: row.changedCount,
    removedCount: row.removedCount,
    authorId: row.authorId,
    createTime: timestampFromDate(createTime),
  });
}
