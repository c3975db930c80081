import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { type AuditRecord, type LargeTransaction, ReportKind } from '#gen/bank/audit/v1/audit_pb.ts';
import {
  AuditService,
  ListLargeTransactionsResponseSchema,
  ListReportRecordsResponseSchema,
} from '#gen/bank/audit/v1/audit_service_pb.ts';
import type { ListOptions } from '../cli/run.ts';
import { money, table } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';
import { time } from '../time.ts';
import { recordsText } from './audit.ts';

interface Span extends ListOptions {
  readonly from: Date;
  readonly to: Date;
}

/** Lists the records that a report is made of. */
export async function listReport(
  { bank, out }: Session,
  { limit, party = '', about = '', ...span }: Span & { readonly party?: string; readonly about?: string },
  which = '',
): Promise<void> {
  const kinds: Readonly<Record<string, ReportKind>> = ReportKind;
  const report = kinds[which.toUpperCase().replaceAll('-', '_')] ?? ReportKind.UNSPECIFIED;
  const service = bank({ otherwise: 'staff:auditor' }).client(AuditService);
  const asked = { report, partyId: party, resourceId: about, ...spanOf(span) };
  const records: AuditRecord[] = [];
  for await (const page of pagesOf((paged) => service.listReportRecords({ ...paged, ...asked }), limit)) {
    records.push(...page.records);
  }
  await out.message(ListReportRecordsResponseSchema, create(ListReportRecordsResponseSchema, { records }), () =>
    recordsText(records),
  );
}

/** Lists the transactions that moved at least so much. */
export async function listLarge(
  { bank, out }: Session,
  { limit, currency, ...span }: Span & { readonly currency: string },
  amount = '',
): Promise<void> {
  const service = bank({ otherwise: 'staff:auditor' }).client(AuditService);
  const asked = { amountMin: { currencyCode: currency, amount }, ...spanOf(span) };
  const transactions: LargeTransaction[] = [];
  for await (const page of pagesOf((paged) => service.listLargeTransactions({ ...paged, ...asked }), limit)) {
    transactions.push(...page.transactions);
  }
  const answer = create(ListLargeTransactionsResponseSchema, { transactions });
  await out.message(ListLargeTransactionsResponseSchema, answer, () =>
    table(
      ['when', 'amount', 'from', 'to', 'transaction'],
      transactions.map((one) => [
        time(one.occurTime),
        money(one.amount),
        one.debtorAccountId || 'cash',
        one.creditorAccountId || 'cash',
        one.transactionId,
      ]),
      ['amount'],
    ),
  );
}

function spanOf({ from, to }: Pick<Span, 'from' | 'to'>) {
  return { startTime: timestampFromDate(from), endTime: timestampFromDate(to) };
}
