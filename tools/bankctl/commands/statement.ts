import { create } from '@bufbuild/protobuf';
import { stringify } from 'csv-stringify/sync';
import { guardCell } from '#chassis/csv-guard.ts';
import type { StatementEntry } from '#gen/bank/account/v1/account_pb.ts';
import {
  AccountService,
  type GetStatementResponse,
  GetStatementResponseSchema,
} from '#gen/bank/account/v1/account_service_pb.ts';
import { usage } from '../failure.ts';
import { fields, money, table } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';
import { statementOnDemand } from './statement-documents.ts';

interface Range {
  readonly from?: string;
  readonly to?: string;
  readonly format?: 'text' | 'json' | 'csv' | 'camt.053' | 'pdf';
  readonly output?: string;
}

const COLUMNS = [
  'booking_date',
  'value_date',
  'kind',
  'amount',
  'running_balance',
  'currency',
  'journal_id',
  'transaction_id',
  'line_number',
] as const;

/** Prints a statement, all its pages. */
export async function statement(
  session: Session,
  { from: fromDate = '', to: toDate = '', format, output }: Range,
  accountId = '',
): Promise<void> {
  const { json } = session.out;
  if (json && format && format !== 'json') throw usage(`--json and --format ${format} contradict each other.`);
  if (format === 'pdf' || format === 'camt.053') {
    return statementOnDemand(session, { fromDate, toDate, format, ...(output !== undefined && { output }) }, accountId);
  }
  if (output !== undefined) throw usage(`--output is for documents: --format pdf or camt.053.`);
  const accounts = session.bank().client(AccountService);
  const pages = pagesOf((page) => accounts.getStatement({ ...page, accountId, fromDate, toDate }));
  if (!json && format === 'csv') return printCsv(session, pages, { fromDate, toDate });
  const whole = await gather(pages);
  if (json || format === 'json') {
    const { toJson } = await import('@bufbuild/protobuf');
    return session.out.text(`${JSON.stringify(toJson(GetStatementResponseSchema, whole), null, 2)}\n`);
  }
  return session.out.text(`${await statementText(whole)}\n`);
}

/** All pages as one answer. Entries may come in between; the last page knows the closing balance. */
async function gather(pages: AsyncIterable<GetStatementResponse>): Promise<GetStatementResponse> {
  const whole = create(GetStatementResponseSchema);
  for await (const { entries, openingBalance, closingBalance, iban } of pages) {
    whole.entries.push(...entries);
    whole.openingBalance ??= openingBalance;
    whole.closingBalance = closingBalance;
    whole.iban = iban;
  }
  return whole;
}

/** Prints page after page, so that a long statement needs no more memory than a short one. */
async function printCsv(
  { out }: Session,
  pages: AsyncIterable<GetStatementResponse>,
  { fromDate, toDate }: { fromDate: string; toDate: string },
): Promise<void> {
  let closing: GetStatementResponse['closingBalance'];
  let first = true;
  for await (const { entries, openingBalance, closingBalance } of pages) {
    if (first) await out.text(csv([[...COLUMNS], balanceRow('OPENING_BALANCE', fromDate, openingBalance)]));
    first = false;
    closing = closingBalance;
    await out.text(csv(entries.map(entryRow)));
  }
  await out.text(csv([balanceRow('CLOSING_BALANCE', toDate, closing)]));
}

function csv(rows: string[][]): string {
  return stringify(rows.map((row) => row.map(guardCell)));
}

function entryRow(entry: StatementEntry): string[] {
  const { bookingDate, valueDate, kind, amount, runningBalance, journalId, transactionId, lineNumber } = entry;
  const currency = runningBalance?.currencyCode ?? '';
  return [
    bookingDate,
    valueDate,
    kind,
    amount?.amount ?? '',
    runningBalance?.amount ?? '',
    currency,
    journalId,
    transactionId,
    String(lineNumber),
  ];
}

function balanceRow(kind: string, date: string, balance: GetStatementResponse['closingBalance']): string[] {
  return [date, '', kind, '', balance?.amount ?? '', balance?.currencyCode ?? '', '', '', ''];
}

async function statementText({ iban, openingBalance, closingBalance, entries }: GetStatementResponse): Promise<string> {
  return [
    fields([
      ['IBAN', iban],
      ['opening balance', money(openingBalance)],
    ]),
    await table(
      ['line', 'booked', 'value date', 'kind', 'amount', 'balance', 'transaction'],
      entries.map(({ lineNumber, bookingDate, valueDate, kind, amount, runningBalance, transactionId }) => [
        String(lineNumber),
        bookingDate,
        valueDate,
        kind.toLowerCase(),
        amount?.amount ?? '',
        runningBalance?.amount ?? '',
        transactionId,
      ]),
      ['line', 'amount', 'balance'],
    ),
    fields([['closing balance', money(closingBalance)]]),
  ].join('\n\n');
}
