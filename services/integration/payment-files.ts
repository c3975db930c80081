// Files of payments: what is kept of them, and how they are told.
import { fromBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type Owners, ownCustomer } from '#chassis/access.ts';
import type { House } from '#chassis/boot.ts';
import type { Call } from '#chassis/call-context.ts';
import { type PaymentFileSchema, PaymentFileState } from '#gen/bank/integration/v1/payment_file_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import type { Payment } from './domain/payments.ts';
import { refuse } from './domain/refusals.ts';
import { type FileRow, selectFiles } from './tables.ts';

export const PART_CONTEXT = 'payment_file_part.content';
export const PAYMENTS_CONTEXT = 'payment_piece.payments';

/** A customer sees and hands in their own files; the staff who call see the whole bank. */
export function owners({ database }: Pick<House, 'database'>): Owners {
  return {
    CUSTOMER: ownCustomer(
      () => refuse('CUSTOMER_NOT_FOUND'),
      async () => [],
    ),
    PAYMENT_FILE: async (ids, _access, { partyId }) => {
      const own = new Set(
        (await database.query(selectFiles(ids))).flatMap((row) => (row.partyId === partyId ? row.id : [])),
      );
      if (ids.some((id) => !own.has(id))) throw refuse('PAYMENT_FILE_NOT_FOUND');
    },
  };
}

/** Whoever hands a file in. */
export function principalOf({ principal }: Call): Actor {
  if (!principal) throw new Error('files are handed in by somebody');
  return principal;
}

/** A file by its id. Refuses PAYMENT_FILE_NOT_FOUND. */
export async function findFile({ database }: Pick<House, 'database'>, id: string): Promise<FileRow> {
  const [row] = await database.query(selectFiles([id]));
  if (!row) throw refuse('PAYMENT_FILE_NOT_FOUND');
  return row;
}

const STATES = {
  received: PaymentFileState.RECEIVED,
  processing: PaymentFileState.PROCESSING,
  done: PaymentFileState.DONE,
  refused: PaymentFileState.REFUSED,
} as const;

/** A file as the contract writes it. */
export function fileMessage(row: FileRow): MessageInitShape<typeof PaymentFileSchema> {
  const { id, state, contentDigest, messageIdentification, createMs, ...rest } = row;
  const { paymentCount, bookedCount, pendingCount, refusedCount, refusalReason, refusalPath } = rest;
  return {
    paymentFileId: id,
    state: STATES[state],
    contentDigest: contentDigest.toString('hex'),
    messageIdentification: messageIdentification ?? '',
    paymentCount,
    bookedCount,
    pendingCount,
    refusedCount,
    refusalReason,
    refusalPath,
    createTime: timestampFromMs(createMs),
  };
}

/** What was sealed, or undefined when its party was erased. */
export function opened({ vault }: Pick<House, 'vault'>, bytes: Buffer, context: string): Promise<Buffer | undefined> {
  return vault.open(fromBinary(SealedSchema, bytes), context);
}

/** The payments of a piece; none once the party was erased. */
export async function paymentsIn(house: Pick<House, 'vault'>, bytes: Buffer): Promise<readonly Payment[]> {
  const text = await opened(house, bytes, PAYMENTS_CONTEXT);
  return text === undefined ? [] : (JSON.parse(text.toString()) as Payment[]);
}
