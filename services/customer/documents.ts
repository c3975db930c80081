// Documents between the tables, the object store and the contract.
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { LockMode } from '@mikro-orm/core';
import type { CommandTx } from '#chassis/command.ts';
import type { ObjectStore } from '#chassis/object-store.ts';
import type { Vault } from '#chassis/sealing.ts';
import { type Document, DocumentSchema, DocumentState } from '#gen/bank/customer/v1/document_pb.ts';
import { SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import { loadActive } from './changes.ts';
import type { Context } from './context.ts';
import { type DocumentKey, DocumentRow, selectContents } from './document-tables.ts';
import { refuse } from './domain/refusals.ts';
import { openProfile } from './profile.ts';
import { CustomerRow } from './tables.ts';

const NAME_CONTEXT = 'document.name';
const CONTENT_CONTEXT = 'document.content';

/** Looks for malicious software in what is to be stored: the port that a scanner is connected to. */
export interface DocumentScanner {
  /** `not_scanned` where none is connected; a scanner that cannot be asked throws, and nothing is stored. */
  scan(content: Buffer): Promise<'not_scanned' | 'clean' | 'infected'>;
}

/** Where no scanner is connected: says so of every document. */
export const noScanner: DocumentScanner = { scan: async () => 'not_scanned' };

/** Loads a version of a document of an active customer, which is to change: both are locked. */
export async function loadDocument(
  tx: CommandTx,
  vault: Vault,
  { customerId, documentId: id, version }: { customerId: string; documentId: string; version: number },
): Promise<DocumentRow> {
  await loadActive(tx, vault, customerId);
  const lock = { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true } as const;
  const row = await tx.em.findOne(DocumentRow, { id, version, customerId }, lock);
  if (!row) throw refuse('DOCUMENT_NOT_FOUND');
  if (row.state === 'STORED') throw refuse('DOCUMENT_STORED');
  return row;
}

/** Where the documents of a customer are kept, by their data region; undefined for one who was erased. */
export async function storeOf(
  { database, objectsIn, vault }: Context,
  customerId: string,
): Promise<ObjectStore | undefined> {
  const row = await database.orm.em.fork().findOne(CustomerRow, { id: customerId });
  const particulars = row && (await openProfile(vault, row));
  if (!particulars) return undefined;
  const store = objectsIn(particulars.dataRegion);
  if (!store) throw new Error(`OBJECT_STORE_REGIONS names no region ${particulars.dataRegion}, where documents are`);
  return store;
}

/** Seals what a file is called. */
export function sealName(vault: Vault, customerId: string, fileName: string) {
  return vault.seal(customerId, NAME_CONTEXT, Buffer.from(fileName));
}

/** Seals content, a part or the whole, as it is written down. */
export async function sealContent(vault: Vault, customerId: string, content: Uint8Array): Promise<Buffer> {
  return Buffer.from(toBinary(SealedSchema, await vault.seal(customerId, CONTENT_CONTEXT, content)));
}

/** Opens content that was sealed; undefined when the customer was erased. */
export function openContent(vault: Vault, bytes: Uint8Array): Promise<Buffer | undefined> {
  return vault.open(fromBinary(SealedSchema, bytes), CONTENT_CONTEXT);
}

/** A keyed hash of content, to know it again. */
export function hashContent(vault: Vault, content: Uint8Array): Buffer {
  return vault.hash('document.content', Buffer.from(content).toString('latin1'));
}

/** What has come of a document, put together. */
export async function assembled({ database, vault }: Context, key: DocumentKey): Promise<Buffer> {
  const parts = await database.query(selectContents(key));
  const opened = await Promise.all(parts.map(({ content }) => openContent(vault, content)));
  return Buffer.concat(opened.map((content) => content ?? Buffer.alloc(0)));
}

/** The message of a version. */
export async function documentMessage(vault: Vault, row: DocumentRow, receivedBytes: number): Promise<Document> {
  const { id: documentId, version, customerId, kind, sizeBytes, contentType, scan, authorId } = row;
  return create(DocumentSchema, {
    documentId,
    version,
    customerId,
    kind,
    state: DocumentState[row.state],
    fileName: (await vault.open(row.fileName, NAME_CONTEXT))?.toString() ?? '',
    sizeBytes,
    receivedBytes: row.state === 'STORED' ? sizeBytes : receivedBytes,
    contentType,
    scan,
    authorId,
    createTime: timestampFromDate(row.createTime),
    ...(row.storeTime && { storeTime: timestampFromDate(row.storeTime) }),
  });
}
