import type { Rpcs } from '#chassis/serve.ts';
import type { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { DocumentRow } from '../document-tables.ts';
import { documentMessage, openContent, storeOf } from '../documents.ts';
import { READ_BYTES } from '../domain/documents.ts';
import { refuse } from '../domain/refusals.ts';
import { CustomerRow } from '../tables.ts';

/** Reads a part of a stored document. */
export function readDocument(context: Context): Rpcs<typeof CustomerService>['readDocument'] {
  const { database, vault } = context;
  return async ({ customerId, documentId: id, version, offset }) => {
    const em = database.orm.em.fork();
    if (!(await em.findOne(CustomerRow, { id: customerId }))) throw refuse('CUSTOMER_NOT_FOUND');
    const row = await em.findOne(
      DocumentRow,
      { id, customerId, state: 'STORED', ...(version > 0 && { version }) },
      { orderBy: { version: 'desc' } },
    );
    if (!row) throw refuse('DOCUMENT_NOT_FOUND');
    const objects = await storeOf(context, customerId);
    if (!objects) throw refuse('CUSTOMER_ERASED');
    const sealed = await objects.get(row.objectKey);
    if (!sealed) throw new Error(`the object ${row.objectKey} of a stored document is gone`);
    const content = await openContent(vault, sealed);
    if (!content) throw refuse('CUSTOMER_ERASED');
    return {
      document: await documentMessage(vault, row, row.sizeBytes),
      content: content.subarray(offset, offset + READ_BYTES),
    };
  };
}
