import { fitting } from '#chassis/page.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { type CustomerService, ListCustomerNotesRequestSchema } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { noteMessage, openNote } from '../notes.ts';
import { CustomerNoteRow, CustomerRow } from '../tables.ts';

/** Lists the notes on a customer, newest first; those that can still be read. */
export function listCustomerNotes({
  database,
  pages,
  vault,
}: Context): Rpcs<typeof CustomerService>['listCustomerNotes'] {
  return async (request) => {
    const { customerId } = request;
    const { size, after } = pages.read(ListCustomerNotesRequestSchema, request);
    const em = database.orm.em.fork();
    if (!(await em.findOne(CustomerRow, { id: customerId }))) throw refuse('CUSTOMER_NOT_FOUND');
    const rows = await em.find(
      CustomerNoteRow,
      { customerId, ...(after && { noteNumber: { $lt: Number(after[0]) } }) },
      { orderBy: { noteNumber: 'desc' }, limit: size + 1 },
    );
    const page = fitting(rows.slice(0, size), ({ textSealed }) => textSealed.ciphertext.length);
    const last = page.at(-1);
    const opened = await Promise.all(page.map(async (row) => ({ row, text: await openNote(vault, row) })));
    return {
      notes: opened.flatMap(({ row, text }) => (text === undefined ? [] : [noteMessage(row, text)])),
      nextPageToken:
        rows.length > page.length && last
          ? pages.next(ListCustomerNotesRequestSchema, request, [String(last.noteNumber)])
          : '',
    };
  };
}
