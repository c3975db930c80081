// Customers who may be one and the same.
import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import {
  CustomerService,
  DismissDuplicateResponseSchema,
  ListDuplicatesResponseSchema,
  MergeCustomersResponseSchema,
} from '#gen/bank/customer/v1/customer_service_pb.ts';
import { type DuplicateCandidate, DuplicateReason } from '#gen/bank/customer/v1/duplicate_pb.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';

const OFFICE = { otherwise: 'staff:back-office' };

/** Lists them. */
export async function listDuplicates({ bank, out }: Session, { limit }: ListOptions, customerId = ''): Promise<void> {
  const service = bank(OFFICE).client(CustomerService);
  const duplicates: DuplicateCandidate[] = [];
  for await (const page of pagesOf((asked) => service.listDuplicates({ ...asked, customerId }), limit)) {
    duplicates.push(...page.duplicates);
  }
  await out.message(ListDuplicatesResponseSchema, create(ListDuplicatesResponseSchema, { duplicates }), () =>
    table(
      ['customer', 'other', 'score', 'in common'],
      duplicates.map(({ customerId: one, otherCustomerId: other, score, reasons }) => [
        one,
        other,
        String(score),
        reasons.map((reason) => word(DuplicateReason, reason)).join(', '),
      ]),
      ['score'],
    ),
  );
}

/** Says that two are not the same. */
export async function dismissDuplicate(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false }: WriteOptions,
  customerId = '',
  otherCustomerId = '',
): Promise<void> {
  const request = { requestId, validateOnly, customerId, otherCustomerId };
  const answer = await bank(OFFICE).client(CustomerService).dismissDuplicate(request);
  await out.message(DismissDuplicateResponseSchema, answer, async () => 'Noted: they are two.');
}

/** Makes one of two who are the same, once somebody else has approved it. */
export async function mergeCustomers(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false }: WriteOptions,
  customerId = '',
  mergedCustomerId = '',
  remark = '',
): Promise<void> {
  const request = { requestId, validateOnly, customerId, mergedCustomerId, remark };
  const answer = await bank(OFFICE).client(CustomerService).mergeCustomers(request);
  const done = `${mergedCustomerId} is merged into ${customerId}.`;
  await out.message(MergeCustomersResponseSchema, answer, async () => done);
}
