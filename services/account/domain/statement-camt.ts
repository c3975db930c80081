// A statement as ISO 20022 camt.053.001.08, BankToCustomerStatement.
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { XMLBuilder } from 'fast-xml-parser';
import type { StatementEntry } from '#gen/bank/account/v1/account_pb.ts';
import type { Statement } from '#gen/bank/account/v1/statement_pb.ts';
import type { Money } from '#gen/bank/type/v1/money_pb.ts';
import { isLate } from './statement-document.ts';

const NAMESPACE = 'urn:iso:std:iso:20022:tech:xsd:camt.053.001.08';
/** Max35Text. */
const REFERENCE_LETTERS = 35;
const NAME_LETTERS = 70;

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
  const account = {
    Id: statement.iban === '' ? { Othr: { Id: accountId.slice(0, REFERENCE_LETTERS - 1) } } : { IBAN: statement.iban },
    Ccy: statement.openingBalance?.currencyCode,
    ...(statement.displayName && { Nm: Array.from(statement.displayName).slice(0, NAME_LETTERS).join('') }),
  };
  const first = firstDay(statement);
  const content = {
    GrpHdr: { MsgId: id, CreDtTm: time },
    Stmt: {
      Id: id,
      // What is made on demand is no statement of the sequence.
      ...(statementNumber > 0 && { ElctrncSeqNb: statementNumber, LglSeqNb: statementNumber }),
      CreDtTm: time,
      FrToDt: { FrDtTm: `${first}T00:00:00`, ToDtTm: `${statement.toDate}T23:59:59` },
      Acct: account,
      Bal: [
        balance('OPBD', first, statement.openingBalance),
        balance('CLBD', statement.toDate, statement.closingBalance),
      ],
      TxsSummry: {
        TtlNtries: { NbOfNtries: entries.length },
        TtlCdtNtries: { NbOfNtries: entries.filter(isCredit).length, Sum: statement.creditTotal?.amount },
        TtlDbtNtries: {
          NbOfNtries: entries.filter((one) => !isCredit(one)).length,
          Sum: statement.debitTotal?.amount,
        },
      },
      ...(entries.length > 0 && { Ntry: entries.map((entry) => entryOf(statement, entry)) }),
      ...(statementNumber === 0 && { AddtlStmtInf: 'Made on demand: not a numbered statement.' }),
    },
  };
  const builder = new XMLBuilder({ ignoreAttributes: false, format: true, indentBy: ' ' });
  return builder.build({
    '?xml': { '@_version': '1.0', '@_encoding': 'UTF-8' },
    Document: { '@_xmlns': NAMESPACE, BkToCstmrStmt: content },
  });
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
    Amt: { '@_Ccy': money?.currencyCode, '#text': amount.replace('-', '') },
    CdtDbtInd: amount.startsWith('-') ? 'DBIT' : 'CRDT',
  };
}

function balance(code: string, day: string, money: Money | undefined) {
  return { Tp: { CdOrPrtry: { Cd: code } }, ...sided(money), Dt: { Dt: day } };
}

function entryOf(statement: Statement, entry: StatementEntry) {
  const { kind, bookingDate, valueDate, lineNumber, transactionId, journalId } = entry;
  const [domain, family, subFamily] = (CODES[kind] ?? OTHER)[isCredit(entry) ? 0 : 1];
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
    ...(isLate(statement, entry) && { AddtlNtryInf: 'Booked late, on a day of an earlier statement.' }),
  };
}
