// A document of the tests, and how they upload it.
import { createHash } from 'node:crypto';
import type { Client } from '#chassis/call.ts';
import type { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { DocumentKind } from '#gen/bank/customer/v1/document_pb.ts';
import { unique } from './testing.ts';

type Uploads = Pick<
  Client<typeof CustomerService>,
  'startDocumentUpload' | 'uploadDocumentPart' | 'finishDocumentUpload'
>;

/** A PDF, as far as its first bytes tell, of so many bytes. */
export function aPdf(size = 3_000, text = 'Kanárek'): Buffer {
  return Buffer.concat([Buffer.from(`%PDF-1.7\n${text}\n`), Buffer.alloc(size, 'x')]).subarray(0, size);
}

/** The SHA-256 of content, as a request has it. */
export function digestOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Begins to upload a document. */
export async function started(
  bank: Uploads,
  customerId: string,
  content: Buffer,
  documentId = '',
  kind: DocumentKind = DocumentKind.PASSPORT,
) {
  const { document } = await bank.startDocumentUpload({
    requestId: unique('start'),
    customerId,
    documentId,
    kind,
    fileName: 'Kanárek.pdf',
    sizeBytes: content.length,
  });
  return { customerId, documentId: document?.documentId ?? '', version: document?.version ?? 0 };
}

/** Uploads a document in two parts, and stores it; answers which it is. */
export async function stored(
  bank: Uploads,
  customerId: string,
  content = aPdf(),
  documentId = '',
  kind: DocumentKind = DocumentKind.PASSPORT,
) {
  const of = await started(bank, customerId, content, documentId, kind);
  const half = Math.ceil(content.length / 2);
  for (const offset of [0, half]) {
    const part = content.subarray(offset, offset + half);
    await bank.uploadDocumentPart({ requestId: unique('part'), ...of, offset, content: part });
  }
  await bank.finishDocumentUpload({ requestId: unique('finish'), ...of, digest: digestOf(content) });
  return of;
}
