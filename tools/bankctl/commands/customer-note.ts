import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import type { CustomerNote } from '#gen/bank/customer/v1/customer_pb.ts';
import {
  AddCustomerNoteResponseSchema,
  CustomerService,
  ListCustomerNotesResponseSchema,
} from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { table } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';
import { time } from '../time.ts';

/** Writes down something about a customer. */
export async function addCustomerNote(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false }: WriteOptions,
  customerId = '',
  text = '',
): Promise<void> {
  const answer = await bank().client(CustomerService).addCustomerNote({ requestId, validateOnly, customerId, text });
  await out.message(AddCustomerNoteResponseSchema, answer, () => notesText(answer.note ? [answer.note] : []));
}

/** Lists the notes on a customer. */
export async function listCustomerNotes(
  { bank, out }: Session,
  { limit }: ListOptions,
  customerId = '',
): Promise<void> {
  const service = bank().client(CustomerService);
  const notes: CustomerNote[] = [];
  for await (const page of pagesOf((asked) => service.listCustomerNotes({ ...asked, customerId }), limit)) {
    notes.push(...page.notes);
  }
  await out.message(ListCustomerNotesResponseSchema, create(ListCustomerNotesResponseSchema, { notes }), () =>
    notesText(notes),
  );
}

function notesText(notes: readonly CustomerNote[]): Promise<string> {
  return table(
    ['note', 'when', 'by', 'text'],
    notes.map(({ noteNumber, createTime, authorId, text }) => [String(noteNumber), time(createTime), authorId, text]),
  );
}
