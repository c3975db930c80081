// camt.053: the statement of an account.
import { kept, many, optional, sequence, some } from '../shape.ts';
import { amount, codeOr, decimal, indicator, isoDateTime, text } from '../values.ts';
import {
  accountInterest,
  copyDuplicateCode,
  creditDebitCode,
  dateTimePeriod,
  groupHeader81,
  pagination,
  reportEntry,
  sequenceRange1,
} from './entries.ts';
import { cashAccount38, cashAccount39 } from './parties.ts';
import { dateAndDateTime, supplementaryData } from './parts.ts';

const creditLine = sequence({
  Incl: indicator,
  Tp: optional(codeOr(text(4))),
  Amt: optional(amount),
  Dt: optional(dateAndDateTime),
});
const cashBalance = sequence({
  Tp: sequence({ CdOrPrtry: codeOr(text(4)), SubTp: optional(codeOr(text(4))) }),
  CdtLine: many(creditLine),
  Amt: amount,
  CdtDbtInd: creditDebitCode,
  Dt: dateAndDateTime,
  Avlbty: many(kept),
});
const accountStatement = sequence({
  Id: text(35),
  StmtPgntn: optional(pagination),
  ElctrncSeqNb: optional(decimal(18, 0, 'signed')),
  RptgSeq: optional(sequenceRange1),
  LglSeqNb: optional(decimal(18, 0, 'signed')),
  CreDtTm: optional(isoDateTime),
  FrToDt: optional(dateTimePeriod),
  CpyDplctInd: optional(copyDuplicateCode),
  RptgSrc: optional(codeOr(text(4))),
  Acct: cashAccount39,
  RltdAcct: optional(cashAccount38),
  Intrst: many(accountInterest),
  Bal: some(cashBalance),
  TxsSummry: optional(kept),
  Ntry: many(reportEntry),
  AddtlStmtInf: optional(text(500)),
});

/** camt.053.001.08 */
export const camt053 = sequence({
  GrpHdr: groupHeader81,
  Stmt: some(accountStatement),
  SplmtryData: many(supplementaryData),
});
