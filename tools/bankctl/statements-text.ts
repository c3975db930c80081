import type { StatementSection } from '#gen/bank/ledger/v1/general_ledger_pb.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type {
  GetBalanceSheetResponse,
  GetIncomeStatementResponse,
  TieOutGeneralLedgerResponse,
} from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import type { Money } from '#gen/bank/type/v1/money_pb.ts';
import { table, word } from './output.ts';

/** Balance sheets for a person. */
export function balanceSheetText({ balanceSheets }: GetBalanceSheetResponse): Promise<string> {
  const rows = balanceSheets.flatMap((sheet) => [
    ...sectionRows('Assets', sheet.assets),
    ...sectionRows('Liabilities', sheet.liabilities),
    ...sectionRows('Equity', sheet.equity),
    row('', 'Current result', sheet.currentResult),
    row('', 'Liabilities and equity', sheet.liabilitiesAndEquity),
  ]);
  return table(['code', 'account', 'amount', ''], rows, ['amount']);
}

/** Income statements for a person. */
export async function incomeStatementText({ incomeStatements }: GetIncomeStatementResponse): Promise<string> {
  if (incomeStatements.length === 0) return 'Nothing was earned or spent.';
  const rows = incomeStatements.flatMap((statement) => [
    ...sectionRows('Income', statement.income),
    ...sectionRows('Expenses', statement.expenses),
    row('', 'Result', statement.result),
  ]);
  return table(['code', 'account', 'amount', ''], rows, ['amount']);
}

/** A tie-out for a person. What disagrees comes after the lines. */
export async function tieOutText({ tied, lines, accounts, days }: TieOutGeneralLedgerResponse): Promise<string> {
  const drawn = await table(
    ['code', 'account', 'general ledger', 'entries', 'balances', ''],
    lines.map((line) => [
      line.generalLedgerCode,
      line.displayName,
      line.generalLedger?.amount ?? '',
      line.entries?.amount ?? '',
      line.balances?.amount ?? '',
      line.entries?.currencyCode ?? '',
    ]),
    ['general ledger', 'entries', 'balances'],
  );
  const amount = (money: Money | undefined) => `${money?.amount} ${money?.currencyCode}`;
  return [
    drawn,
    ...days.map(
      (day) =>
        `${day.generalLedgerCode} on ${day.bookingDate}, ${word(JournalKind, day.kind)}: the general ledger has ${amount(day.generalLedger)} in ${day.generalLedgerEntryCount} entries, the accounts have ${amount(day.entries)} in ${day.entryCount}.`,
    ),
    ...accounts.map(
      (one) =>
        `${one.ledgerAccountId}: its balance is ${amount(one.balance)}, its ${one.entryCount} entries come to ${amount(one.entries)}.`,
    ),
    tied ? 'General ledger, entries and balances agree.' : 'They do not agree. Amounts are debits less credits.',
  ].join('\n');
}

function sectionRows(name: string, section: StatementSection | undefined): string[][] {
  const lines = (section?.lines ?? []).map((line) => row(line.generalLedgerCode, line.displayName, line.amount));
  return [...lines, row('', name, section?.total)];
}

function row(code: string, name: string, amount: Money | undefined): string[] {
  return [code, name, amount?.amount ?? '', amount?.currencyCode ?? ''];
}
