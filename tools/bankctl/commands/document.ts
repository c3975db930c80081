import { createHash, randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { create } from '@bufbuild/protobuf';
import {
  CustomerService,
  FinishDocumentUploadResponseSchema,
  ListDocumentsResponseSchema,
} from '#gen/bank/customer/v1/customer_service_pb.ts';
import {
  type Document,
  DocumentKind,
  DocumentScan,
  DocumentSchema,
  DocumentState,
} from '#gen/bank/customer/v1/document_pb.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { usage } from '../failure.ts';
import { table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';
import { time } from '../time.ts';

const PART_BYTES = 512 * 1024;

/** Uploads a file as a document, or as another version of one. */
export async function uploadDocument(
  { bank, out }: Session,
  { requestId = randomUUID(), document: documentId = '' }: WriteOptions & { readonly document?: string },
  customerId = '',
  kind = '',
  file = '',
): Promise<void> {
  const service = bank().client(CustomerService);
  const bytes = await readFile(file).catch(() => {
    throw usage(`There is no file ${file} that can be read.`);
  });
  const kinds: Readonly<Record<string, DocumentKind>> = DocumentKind;
  const what = { customerId, documentId, kind: kinds[kind.toUpperCase().replaceAll('-', '_')] ?? DocumentKind.OTHER };
  const fileName = path.basename(file);
  const { document } = await service.startDocumentUpload({ requestId, ...what, fileName, sizeBytes: bytes.length });
  const of = { customerId, documentId: document?.documentId ?? '', version: document?.version ?? 0 };
  // Begun anew with the same request_id, it goes on where it stood.
  for (let offset = 0; offset < bytes.length; offset += PART_BYTES) {
    const content = bytes.subarray(offset, offset + PART_BYTES);
    await service.uploadDocumentPart({ requestId: randomUUID(), ...of, offset, content });
  }
  const digest = createHash('sha256').update(bytes).digest('hex');
  const answer = await service.finishDocumentUpload({ requestId: randomUUID(), ...of, digest });
  await out.message(FinishDocumentUploadResponseSchema, answer, () =>
    documentsText(answer.document ? [answer.document] : []),
  );
}

/** Lists the documents of a customer. */
export async function listDocuments({ bank, out }: Session, { limit }: ListOptions, customerId = ''): Promise<void> {
  const service = bank().client(CustomerService);
  const documents: Document[] = [];
  for await (const page of pagesOf((asked) => service.listDocuments({ ...asked, customerId }), limit)) {
    documents.push(...page.documents);
  }
  await out.message(ListDocumentsResponseSchema, create(ListDocumentsResponseSchema, { documents }), () =>
    documentsText(documents),
  );
}

/** Writes a document to a file. */
export async function saveDocument(
  { bank, out }: Session,
  { version = 0 }: { readonly version?: number },
  customerId = '',
  documentId = '',
  file = '',
): Promise<void> {
  const service = bank().client(CustomerService);
  const first = await service.readDocument({ customerId, documentId, version });
  const read = first.document ?? create(DocumentSchema);
  const parts = [first.content];
  for (let offset = first.content.length; offset < read.sizeBytes; ) {
    const asked = { customerId, documentId, version: read.version, offset };
    const { content } = await service.readDocument(asked);
    parts.push(content);
    offset += content.length;
  }
  await writeFile(file, Buffer.concat(parts), { flag: 'wx', mode: 0o600 }).catch(() => {
    throw usage(`The file ${file} is there already, or cannot be written.`);
  });
  await out.message(DocumentSchema, read, () => documentsText([read]));
}

function documentsText(documents: readonly Document[]): Promise<string> {
  return table(
    ['document', 'version', 'kind', 'state', 'file', 'bytes', 'received', 'type', 'scan', 'when', 'by'],
    documents.map((one) => [
      one.documentId,
      String(one.version),
      word(DocumentKind, one.kind),
      word(DocumentState, one.state),
      one.fileName,
      String(one.sizeBytes),
      String(one.receivedBytes),
      one.contentType,
      one.scan === DocumentScan.UNSPECIFIED ? '' : word(DocumentScan, one.scan),
      time(one.createTime),
      one.authorId,
    ]),
  );
}
