// camt.053: the statement of an account.
import { kept, many, optional, sequence, some } from '../shape.ts';
import { amount, codeOr, indicator, text } from '../values.ts';
import { creditDebitCode, groupHeader81, pagination, reportBeginning, reportEntry } from './entries.ts';
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
  ...reportBeginning,
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
