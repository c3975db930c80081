// What staff write down about customers, sealed under the customer's own key.

import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { Vault } from '#chassis/sealing.ts';
import { type CustomerNote, CustomerNoteSchema } from '#gen/bank/customer/v1/customer_pb.ts';
import type { Sealed } from '#gen/bank/type/v1/sealed_pb.ts';
import type { CustomerNoteRow } from './tables.ts';

const NOTE_CONTEXT = 'customer.note';

/** Seals the text of a note. */
export function sealNote(vault: Vault, customerId: string, text: string): Promise<Sealed> {
  return vault.seal(customerId, NOTE_CONTEXT, Buffer.from(text));
}

/** Opens the text of a note, or answers undefined when its customer was erased. */
export async function openNote(vault: Vault, { textSealed }: CustomerNoteRow): Promise<string | undefined> {
  return (await vault.open(textSealed, NOTE_CONTEXT))?.toString();
}

/** The message of a note with its text. */
export function noteMessage({ noteNumber, authorId, createTime }: CustomerNoteRow, text: string): CustomerNote {
  return create(CustomerNoteSchema, { noteNumber, authorId, text, createTime: timestampFromDate(createTime) });
}
