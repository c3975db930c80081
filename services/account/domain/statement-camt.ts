// A statement as ISO 20022 camt.053.001.08, BankToCustomerStatement.
import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { StatementEntry } from '#gen/bank/account/v1/account_pb.ts';
import type { Statement } from '#gen/bank/account/v1/statement_pb.ts';
import type { Money } from '#gen/bank/type/v1/money_pb.ts';
import type { Content } from '#rules/iso20022/definitions.ts';
import type { KeptElement } from '#rules/iso20022/shape.ts';
import { writable, writeMessage } from '#rules/iso20022/writer.ts';
import { isLate } from './statement-document.ts';

type CamtStatement = Content<'camt.053.001.08'>['Stmt'][number];

/** Max35Text. */
const REFERENCE_LETTERS = 35;
const NAME_LETTERS = 70;
const PARTY_LETTERS = 140;
const TEXT_LETTERS = 140;

/** Domain, family and sub-family of the external code set, of what adds to an account and of what takes from it. */
const CODES: Readonly<Record<string, readonly [credit: readonly string[], debit: readonly string[]]>> = {
  DEPOSIT: [
    ['PMNT', 'CNTR', 'CDPT'],
    ['PMNT', 'CNTR', 'CDPT'],
  ],
  WITHDRAWAL: [
    ['PMNT', 'CNTR', 'CWDL'],
    ['PMNT', 'CNTR', 'CWDL'],
  ],
  TRANSFER: [
    ['PMNT', 'RCDT', 'BOOK'],
    ['PMNT', 'ICDT', 'BOOK'],
  ],
  INTEREST: [
    ['ACMT', 'MCOP', 'INTR'],
    ['ACMT', 'MDOP', 'INTR'],
  ],
  FEE: [
    ['ACMT', 'MCOP', 'CHRG'],
    ['ACMT', 'MDOP', 'CHRG'],
  ],
};
const OTHER = [
  ['ACMT', 'MCOP', 'OTHR'],
  ['ACMT', 'MDOP', 'OTHR'],
] as const;

/** Writes a statement as a document of the standard. */
export function statementCamt(statement: Statement): string {
  const { statementNumber, accountId, createTime, entries } = statement;
  const time = createTime ? timestampDate(createTime).toISOString() : '';
  const suffix = accountId.slice(accountId.indexOf('_') + 1);
  const id = `${suffix}-${statementNumber === 0 ? 'D' : String(statementNumber)}`.slice(0, REFERENCE_LETTERS);
  const from = firstDay(statement);
  const camt: CamtStatement = {
    Id: id,
    // What is made on demand is no statement of the sequence.
    ...(statementNumber > 0 && { ElctrncSeqNb: String(statementNumber), LglSeqNb: String(statementNumber) }),
    CreDtTm: time,
    FrToDt: { FrDtTm: `${from}T00:00:00`, ToDtTm: `${statement.toDate}T23:59:59` },
    Acct: accountOf(statement),
    Bal: [balance('OPBD', from, statement.openingBalance), balance('CLBD', statement.toDate, statement.closingBalance)],
    TxsSummry: summaryOf(statement),
    ...(entries.length > 0 && { Ntry: entries.map((entry) => entryOf(statement, entry)) }),
    ...(statementNumber === 0 && { AddtlStmtInf: 'Made on demand: not a numbered statement.' }),
  };
  return writeMessage({
    name: 'camt.053.001.08',
    content: { GrpHdr: { MsgId: id, CreDtTm: time }, Stmt: [camt] },
  });
}

function accountOf({ accountId, iban, openingBalance, displayName }: Statement): CamtStatement['Acct'] {
  return {
    Id: iban === '' ? { Othr: { Id: accountId.slice(0, REFERENCE_LETTERS - 1) } } : { IBAN: iban },
    Ccy: openingBalance?.currencyCode,
    ...(displayName && { Nm: writable(first(displayName, NAME_LETTERS)) }),
  };
}

/** How many entries there are, and what each side comes to. */
function summaryOf({ entries, creditTotal, debitTotal }: Statement): KeptElement {
  const of = (name: string, ...children: (KeptElement | string)[]): KeptElement => ({ name, children });
  const side = (name: string, count: number, total: Money | undefined) =>
    of(name, of('NbOfNtries', String(count)), of('Sum', total?.amount ?? '0'));
  const credits = entries.filter(isCredit).length;
  return of(
    'TxsSummry',
    of('TtlNtries', of('NbOfNtries', String(entries.length))),
    side('TtlCdtNtries', credits, creditTotal),
    side('TtlDbtNtries', entries.length - credits, debitTotal),
  );
}

function firstDay({ fromDate, toDate, entries }: Statement): string {
  return fromDate || (entries[0]?.bookingDate ?? toDate);
}

function isCredit({ amount }: StatementEntry): boolean {
  return !amount?.amount.startsWith('-');
}

/** An amount as the standard writes it: never negative, and on a side. */
function sided(money: Money | undefined) {
  const amount = money?.amount ?? '';
  return {
    Amt: { Ccy: money?.currencyCode ?? '', value: amount.replace('-', '') },
    CdtDbtInd: amount.startsWith('-') ? 'DBIT' : 'CRDT',
  };
}

function balance(code: string, day: string, money: Money | undefined): CamtStatement['Bal'][number] {
  return { Tp: { CdOrPrtry: { Cd: code } }, ...sided(money), Dt: { Dt: day } };
}

function entryOf(statement: Statement, entry: StatementEntry): NonNullable<CamtStatement['Ntry']>[number] {
  const { kind, bookingDate, valueDate, lineNumber, transactionId, journalId } = entry;
  const [domain = '', family = '', subFamily = ''] = (CODES[kind] ?? OTHER)[isCredit(entry) ? 0 : 1];
  const reference = [transactionId, journalId].find((one) => one !== '' && one.length <= REFERENCE_LETTERS);
  return {
    NtryRef: String(lineNumber),
    ...sided(entry.amount),
    ...(kind === 'REVERSAL' && { RvslInd: 'true' }),
    Sts: { Cd: 'BOOK' },
    BookgDt: { Dt: bookingDate },
    ValDt: { Dt: valueDate },
    ...(reference && { AcctSvcrRef: reference }),
    BkTxCd: {
      Domn: { Cd: domain, Fmly: { Cd: family, SubFmlyCd: subFamily } },
      Prtry: { Cd: kind || 'OTHER' },
    },
    ...detailsOf(entry),
    ...(isLate(statement, entry) && { AddtlNtryInf: 'Booked late, on a day of an earlier statement.' }),
  };
}

/** Who is on the other side, and what the payer told the payee; nothing where neither is known. */
function detailsOf(entry: StatementEntry): Partial<Pick<NonNullable<CamtStatement['Ntry']>[number], 'NtryDtls'>> {
  const { counterpartyName, counterpartyIban, remittanceInformation } = entry;
  if (counterpartyName === '' && counterpartyIban === '' && remittanceInformation === '') return {};
  const name = counterpartyName && { Pty: { Nm: writable(first(counterpartyName, PARTY_LETTERS)) } };
  const number = counterpartyIban && { Id: { IBAN: counterpartyIban } };
  const other = isCredit(entry)
    ? { ...(name && { Dbtr: name }), ...(number && { DbtrAcct: number }) }
    : { ...(name && { Cdtr: name }), ...(number && { CdtrAcct: number }) };
  const text = remittanceInformation && { Ustrd: textsOf(remittanceInformation) };
  const details = {
    // A fee of a payment is a line of its own, so that each line is one transaction of its amount.
    ...sided(entry.amount),
    ...((name || number) && { RltdPties: other }),
    ...(text && { RmtInf: text }),
  };
  return { NtryDtls: [{ TxDtls: [details] }] };
}

function first(text: string, letters: number): string {
  return Array.from(text).slice(0, letters).join('');
}

/** A text in pieces of Max140Text. */
function textsOf(text: string): string[] {
  const letters = Array.from(writable(text));
  const pieces = Math.ceil(letters.length / TEXT_LETTERS);
  return Array.from({ length: pieces }, (_, at) => letters.slice(at * TEXT_LETTERS, (at + 1) * TEXT_LETTERS).join(''));
}
