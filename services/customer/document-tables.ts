// The tables of documents, and the statements on their parts.
import { defineEntity, p } from '@mikro-orm/core';
import { type RawBuilder, sql } from 'kysely';
import { sealedColumn } from '#chassis/sealed-column.ts';
import type { DocumentKind, DocumentScan } from '#gen/bank/customer/v1/document_pb.ts';

const DocumentSchema = defineEntity({
  name: 'DocumentRow',
  tableName: 'document',
  properties: {
    id: p.text().primary(),
    version: p.integer().primary(),
    customerId: p.text(),
    kind: p.smallint().$type<DocumentKind>(),
    state: p.text().$type<'UPLOADING' | 'STORED'>(),
    fileName: sealedColumn(),
    sizeBytes: p.integer(),
    contentType: p.text(),
    scan: p.smallint().$type<DocumentScan>(),
    objectKey: p.text(),
    authorId: p.text(),
    createTime: p.datetime(),
    storeTime: p.datetime().nullable(),
  },
});

/** A version of a document. */
export class DocumentRow extends DocumentSchema.class {}
DocumentSchema.setClass(DocumentRow);

export const documentEntities = [DocumentSchema];

/** Which version of a document. */
export type DocumentKey = Pick<DocumentRow, 'id' | 'version'>;

/** A part of a document as it is stored. */
export interface PartRow {
  readonly offset: number;
  readonly sizeBytes: number;
  readonly hash: Buffer;
}

/** The parts that have come of a document, in their order, without what is in them. */
export function selectParts({ id, version }: DocumentKey): RawBuilder<PartRow> {
  return sql<PartRow>`
    select part_offset as "offset", size_bytes as "sizeBytes", hash from document_part
    where document_id = ${id} and version = ${version} order by part_offset
  `;
}

/** What is in the parts of a document, in their order, sealed. */
export function selectContents({ id, version }: DocumentKey): RawBuilder<{ content: Buffer }> {
  return sql<{ content: Buffer }>`
    select content from document_part where document_id = ${id} and version = ${version} order by part_offset
  `;
}

/** How much has come of documents of a customer, where anything has. */
export function selectReceived(customerId: string): RawBuilder<DocumentKey & { readonly received: number }> {
  return sql`
    select d.id, d.version, sum(p.size_bytes)::int as received
    from document d join document_part p on p.document_id = d.id and p.version = d.version
    where d.customer_id = ${customerId} group by d.id, d.version
  `;
}

/** Keeps a part. */
export function insertPart(
  { id, version }: DocumentKey,
  part: PartRow & { readonly content: Buffer },
): RawBuilder<unknown> {
  const { offset, sizeBytes, hash, content } = part;
  return sql`
    insert into document_part (document_id, version, part_offset, size_bytes, hash, content, create_time)
    values (${id}, ${version}, ${offset}, ${sizeBytes}, ${hash}, ${content}, now())
  `;
}

/** Forgets the parts of a document that is stored. */
export function dropParts({ id, version }: DocumentKey): RawBuilder<unknown> {
  return sql`delete from document_part where document_id = ${id} and version = ${version}`;
}

/** Forgets the parts of documents of which none has come for a day. */
export function dropStale(): RawBuilder<unknown> {
  return sql`
    delete from document_part p using (
      select document_id, version from document_part where create_time < now() - interval '1 day'
      except select document_id, version from document_part where create_time >= now() - interval '1 day'
    ) stale
    where p.document_id = stale.document_id and p.version = stale.version
  `;
}
