import { fitting } from '#chassis/page.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { type CustomerService, ListDocumentsRequestSchema } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { DocumentRow, selectReceived } from '../document-tables.ts';
import { documentMessage } from '../documents.ts';
import { refuse } from '../domain/refusals.ts';
import { CustomerRow } from '../tables.ts';

const UNSEALED_BYTES = 500;

/** Lists the versions of the documents of a customer, newest first. */
export function listDocuments({ database, pages, vault }: Context): Rpcs<typeof CustomerService>['listDocuments'] {
  return async (request) => {
    const { customerId } = request;
    const { size, after } = pages.read(ListDocumentsRequestSchema, request);
    const em = database.orm.em.fork();
    if (!(await em.findOne(CustomerRow, { id: customerId }))) throw refuse('CUSTOMER_NOT_FOUND');
    const [id = '', version = ''] = after ?? [];
    const later = { $or: [{ id: { $lt: id } }, { id, version: { $lt: Number(version) } }] };
    const rows = await em.find(
      DocumentRow,
      { customerId, ...(after && later) },
      { orderBy: [{ id: 'desc' }, { version: 'desc' }], limit: size + 1 },
    );
    const received = await database.query(selectReceived(customerId));
    const receivedOf = (row: DocumentRow) =>
      received.find((one) => one.id === row.id && one.version === row.version)?.received ?? 0;
    const page = fitting(rows.slice(0, size), ({ fileName }) => UNSEALED_BYTES + fileName.ciphertext.length);
    const last = page.at(-1);
    return {
      documents: await Promise.all(page.map((row) => documentMessage(vault, row, receivedOf(row)))),
      nextPageToken:
        rows.length > page.length && last
          ? pages.next(ListDocumentsRequestSchema, request, [last.id, String(last.version)])
          : '',
    };
  };
}
