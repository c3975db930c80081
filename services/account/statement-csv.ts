// A statement as comma-separated values: a row for the opening balance, one for each line, one for the closing balance.
import { stringify } from 'csv-stringify/sync';
import { guardCell } from '#chassis/csv-guard.ts';
import type { StatementEntry } from '#gen/bank/account/v1/account_pb.ts';
import type { Statement } from '#gen/bank/account/v1/statement_pb.ts';
import type { Money } from '#gen/bank/type/v1/money_pb.ts';
import { isLate } from './domain/statement-document.ts';

const COLUMNS = [
  'statement_number',
  'iban',
  'line_number',
  'booking_date',
  'value_date',
  'kind',
  'booked_late',
  'amount',
  'running_balance',
  'currency',
  'journal_id',
  'transaction_id',
  'counterparty_name',
  'counterparty_iban',
  'remittance_information',
];

/** Writes a statement as CSV (RFC 4180), with the names of the columns first. */
export function statementCsv(statement: Statement): string {
  const { statementNumber, iban, fromDate, toDate, openingBalance, closingBalance, entries } = statement;
  const first = [statementNumber === 0 ? 'on demand' : String(statementNumber), iban];
  const balance = (kind: string, date: string, money: Money | undefined) => [
    ...first,
    '',
    date,
    '',
    kind,
    '',
    '',
    money?.amount ?? '',
    money?.currencyCode ?? '',
    '',
    '',
    '',
    '',
    '',
  ];
  const line = (entry: StatementEntry) => [
    ...first,
    String(entry.lineNumber),
    entry.bookingDate,
    entry.valueDate,
    entry.kind,
    isLate(statement, entry) ? 'yes' : '',
    entry.amount?.amount ?? '',
    entry.runningBalance?.amount ?? '',
    entry.amount?.currencyCode ?? '',
    entry.journalId,
    entry.transactionId,
    entry.counterpartyName,
    entry.counterpartyIban,
    entry.remittanceInformation,
  ];
  const rows = [
    COLUMNS,
    balance('OPENING_BALANCE', fromDate, openingBalance),
    ...entries.map(line),
    balance('CLOSING_BALANCE', toDate, closingBalance),
  ];
  return stringify(
    rows.map((row) => row.map(guardCell)),
    { record_delimiter: 'windows' },
  );
}
