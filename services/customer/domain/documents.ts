// What may become a document.
import { refuse } from './refusals.ts';

/** How many versions of documents a customer may have: nobody fills the bank's store. */
export const DOCUMENTS_MAX = 200;
/** How much of a document one answer holds. */
export const READ_BYTES = 768 * 1024;

/** What a document may be, by its content: what people scan and photograph, and nothing that runs. */
const CONTENT_TYPES: ReadonlySet<string> = new Set([
  'application/pdf',
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/heic',
  'image/tiff',
]);

/** A content type that documents may have; refuses what has another, or none that is known. */
export function checkedType(contentType: string | undefined): string {
  if (contentType === undefined || !CONTENT_TYPES.has(contentType)) throw refuse('DOCUMENT_TYPE_NOT_ALLOWED');
  return contentType;
}

/** A part that has come, or comes. */
export interface Part {
  readonly offset: number;
  readonly sizeBytes: number;
  readonly hash: Buffer;
}

/** How much is there of a document, by its parts. */
export function receivedOf(parts: readonly Pick<Part, 'sizeBytes'>[]): number {
  return parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** Whether a part is new. One that has come already changes nothing; one that does not go on where the last ended is refused. */
export function isNewPart(sizeBytes: number, parts: readonly Part[], part: Part): boolean {
  const received = receivedOf(parts);
  if (part.offset + part.sizeBytes > sizeBytes) throw refuse('DOCUMENT_PART_BEYOND_END');
  if (part.offset > received) throw refuse('DOCUMENT_PART_MISSING', { received_bytes: String(received) });
  if (part.offset === received) return true;
  const known = parts.find(({ offset }) => offset === part.offset);
  if (known?.sizeBytes !== part.sizeBytes || !known.hash.equals(part.hash)) throw refuse('DOCUMENT_PART_EXISTS');
  return false;
}
