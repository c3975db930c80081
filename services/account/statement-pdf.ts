// A statement, and a certificate of a balance, as PDF.
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { type Column, openPages } from '#chassis/pdf.ts';
import { type StatementEntry, StatementFrequency } from '#gen/bank/account/v1/account_pb.ts';
import type { BalanceCertificate, Statement } from '#gen/bank/account/v1/statement_pb.ts';
import type { Money } from '#gen/bank/type/v1/money_pb.ts';
import { isLate } from './domain/statement-document.ts';

const COLUMNS: readonly Column[] = [
  { head: 'Line', width: 45, right: true },
  { head: 'Booked', width: 70 },
  { head: 'Value date', width: 74 },
  { head: 'What', width: 122, wraps: true },
  { head: 'Amount', width: 97, right: true },
  { head: 'Balance', width: 107, right: true },
];
const IBAN_GROUP = /.{1,4}/g;
const SPACES = /\s+/g;

/** Writes a statement as PDF. */
export async function statementPdf(statement: Statement, digest: Uint8Array): Promise<Buffer> {
  const { statementNumber, iban, fromDate, toDate, displayName, productDisplayName, entries } = statement;
  const title = statementNumber > 0 ? `Account statement no. ${statementNumber}` : 'Account statement, made on demand';
  const time = timeOf(statement);
  const pages = await openPages(`${title}, ${toDate}`, time);
  pages.heading(title);
  if (statementNumber === 0) pages.paragraph('It was made on demand, and is not one of the numbered statements.');
  pages.fact('IBAN', grouped(iban));
  if (displayName) pages.fact('Account', displayName);
  pages.fact('Product', productDisplayName);
  pages.fact('Currency', statement.openingBalance?.currencyCode ?? '');
  pages.fact('From', fromDate || 'the beginning');
  pages.fact('To', toDate);
  if (statementNumber > 0) pages.fact('Made', cycleOf(statement.frequency));
  pages.fact('Opening balance', amountOf(statement.openingBalance));
  pages.fact('Paid in', amountOf(statement.creditTotal));
  pages.fact('Paid out', amountOf(statement.debitTotal));
  pages.fact('Closing balance', amountOf(statement.closingBalance));
  if (entries.length === 0) pages.paragraph('Nothing was booked.');
  else
    pages.table(
      COLUMNS,
      entries.map((entry) => rowOf(statement, entry)),
    );
  pages.fact('Closing balance', amountOf(statement.closingBalance));
  pages.fact('SHA-256 of the statement', Buffer.from(digest).toString('hex'));
  return pages.end(`${title} · ${grouped(iban)} · ${fromDate || 'beginning'} to ${toDate}`);
}

/** Writes a certificate as PDF. */
export async function certificatePdf(certificate: BalanceCertificate): Promise<Buffer> {
  const { iban, displayName, productDisplayName, openDate, businessDate, balance, inPots, provisional } = certificate;
  const title = 'Certificate of balance';
  const pages = await openPages(`${title}, ${businessDate}`, timeOf(certificate));
  pages.heading(title);
  pages.fact('IBAN', grouped(iban));
  if (displayName) pages.fact('Account', displayName);
  pages.fact('Product', productDisplayName);
  pages.fact('Opened', openDate);
  pages.paragraph(`At the end of ${businessDate} the balance of this account was:`);
  pages.fact('Balance', `${amountOf(balance)} ${balance?.currencyCode ?? ''}`);
  if (inPots) pages.fact('In pots besides', `${amountOf(inPots)} ${inPots.currencyCode}`);
  if (provisional) pages.paragraph('That day is not closed: more may be booked on it.');
  return pages.end(`${title} · ${grouped(iban)} · ${businessDate}`);
}

function rowOf(statement: Statement, entry: StatementEntry): string[] {
  const what = entry.kind.charAt(0) + entry.kind.slice(1).toLowerCase().replaceAll('_', ' ');
  return [
    String(entry.lineNumber),
    entry.bookingDate,
    entry.valueDate,
    saidOf(isLate(statement, entry) ? `${what}, booked late` : what, entry),
    amountOf(entry.amount),
    amountOf(entry.runningBalance),
  ];
}

/** What a line is, who is on the other side, and what the payer told the payee: each on a line of its own. */
function saidOf(what: string, { counterpartyName, counterpartyIban, remittanceInformation }: StatementEntry): string {
  const texts = [counterpartyName, grouped(counterpartyIban), remittanceInformation];
  return [what, ...texts.map((text) => text.replaceAll(SPACES, ' ').trim())].filter((text) => text !== '').join('\n');
}

function cycleOf(frequency: StatementFrequency): string {
  if (frequency === StatementFrequency.WEEKLY) return 'every week';
  return frequency === StatementFrequency.MONTHLY ? 'every month' : 'after transactions';
}

/** An amount with its thousands apart, by spaces that no line is broken at. */
function amountOf(money: Money | undefined): string {
  const [whole = '', decimals] = (money?.amount ?? '').split('.');
  const apart = whole.replace(/\B(?=(\d{3})+$)/g, '\u00A0');
  return decimals === undefined ? apart : `${apart}.${decimals}`;
}

function grouped(iban: string): string {
  return iban.match(IBAN_GROUP)?.join('\u00A0') ?? '';
}

function timeOf({ createTime }: Pick<Statement, 'createTime'>): Date {
  return createTime ? timestampDate(createTime) : new Date(0);
}
