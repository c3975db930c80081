import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
  GetPaymentFileResponseSchema,
  IntegrationService,
  SubmitPaymentFileResponseSchema,
} from '#gen/bank/integration/v1/integration_service_pb.ts';
import { type PaymentFile, PaymentFileState } from '#gen/bank/integration/v1/payment_file_pb.ts';
import type { WriteOptions } from '../cli/run.ts';
import { usage } from '../failure.ts';
import { fields, word } from '../output.ts';
import type { Session } from '../session.ts';

const PART_BYTES = 512 * 1024;
const REPORT_SIZE = 1_000;

/** Hands a file in: as it is where it is short, else in parts. */
export async function submitFile(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false }: WriteOptions,
  path = '',
): Promise<void> {
  const service = bank().client(IntegrationService);
  const bytes = await readFile(path).catch(() => {
    throw usage(`There is no file ${path} that can be read.`);
  });
  const partDigests: string[] = [];
  const isShort = bytes.length <= PART_BYTES;
  for (let at = 0; !isShort && at < bytes.length; at += PART_BYTES) {
    const content = bytes.subarray(at, at + PART_BYTES);
    partDigests.push((await service.uploadPaymentFilePart({ requestId: randomUUID(), content })).partDigest);
  }
  const file = isShort ? { content: bytes } : { partDigests };
  const answer = await service.submitPaymentFile({ requestId, validateOnly, ...file });
  await out.message(SubmitPaymentFileResponseSchema, answer, () => fileText(answer.paymentFile));
}

/** Shows how far a file has come. */
export async function showFile({ bank, out }: Session, _: object, paymentFileId = ''): Promise<void> {
  const answer = await bank().client(IntegrationService).getPaymentFile({ paymentFileId });
  await out.message(GetPaymentFileResponseSchema, answer, () => fileText(answer.paymentFile));
}

/** Prints what became of its payments. */
export async function reportFile({ bank, out }: Session, _: object, paymentFileId = ''): Promise<void> {
  const service = bank().client(IntegrationService);
  let pageToken = '';
  do {
    const page = await service.getPaymentStatusReport({ paymentFileId, pageSize: REPORT_SIZE, pageToken });
    await out.text(Buffer.from(page.content).toString());
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
}

function fileText(file: PaymentFile | undefined): string {
  if (!file) return '';
  const { paymentFileId, state, messageIdentification, refusalReason, refusalPath } = file;
  const isRead = messageIdentification !== '';
  return fields([
    ['file', paymentFileId],
    ['state', word(PaymentFileState, state)],
    ['message', messageIdentification],
    ['payments', isRead ? String(file.paymentCount) : ''],
    ['booked', isRead ? String(file.bookedCount) : ''],
    ['pending', isRead ? String(file.pendingCount) : ''],
    ['refused', isRead ? String(file.refusedCount) : ''],
    ['reason', refusalReason],
    ['at', refusalPath],
  ]);
}
