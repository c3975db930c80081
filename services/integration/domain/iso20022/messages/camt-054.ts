// camt.054: notices of debits and credits.
import { kept, many, optional, sequence, some } from '../shape.ts';
import { codeOr, decimal, isoDateTime, text } from '../values.ts';
import {
  accountInterest,
  copyDuplicateCode,
  dateTimePeriod,
  groupHeader81,
  pagination,
  reportEntry,
  sequenceRange1,
} from './entries.ts';
import { cashAccount38, cashAccount39 } from './parties.ts';
import { supplementaryData } from './parts.ts';

const accountNotification = sequence({
  Id: text(35),
  NtfctnPgntn: optional(pagination),
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
  TxsSummry: optional(kept),
  Ntry: many(reportEntry),
  AddtlNtfctnInf: optional(text(500)),
});

/** camt.054.001.08 */
export const camt054 = sequence({
  GrpHdr: groupHeader81,
  Ntfctn: some(accountNotification),
  SplmtryData: many(supplementaryData),
});
