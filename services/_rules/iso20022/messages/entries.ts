// Entries of an account and their details, as statements (camt.053) and notices (camt.054) write them.
import { choice, kept, many, optional, sequence, some } from '../shape.ts';
import {
  amount,
  codeOr,
  currency,
  decimal,
  digits,
  impliedAmount,
  indicator,
  isoDateTime,
  oneOf,
  text,
  uuid,
} from '../values.ts';
import { agent, cashAccount38, cashAccount39, party40, partyIdentification } from './parties.ts';
import { chargeBearerTypeCode, dateAndDateTime, remittanceInformation16, supplementaryData } from './parts.ts';
export const pagination = sequence({ PgNb: digits(1, 5), LastPgInd: indicator });
export const groupHeader81 = sequence({
  MsgId: text(35),
  CreDtTm: isoDateTime,
  MsgRcpt: optional(partyIdentification),
  MsgPgntn: optional(pagination),
  OrgnlBizQry: optional(sequence({ MsgId: text(35), MsgNmId: optional(text(35)), CreDtTm: optional(isoDateTime) })),
  AddtlInf: optional(text(500)),
});
const sequenceRange1 = choice({
  FrSeq: text(35),
  ToSeq: text(35),
  FrToSeq: some(sequence({ FrSeq: text(35), ToSeq: text(35) })),
  EQSeq: some(text(35)),
  NEQSeq: some(text(35)),
});
const dateTimePeriod = sequence({ FrDtTm: isoDateTime, ToDtTm: isoDateTime });
const copyDuplicateCode = oneOf('CODU', 'COPY', 'DUPL');
const amountRangeBoundary = sequence({ BdryAmt: impliedAmount, Incl: indicator });
const impliedCurrencyAmountRange = choice({
  FrAmt: amountRangeBoundary,
  ToAmt: amountRangeBoundary,
  FrToAmt: sequence({ FrAmt: amountRangeBoundary, ToAmt: amountRangeBoundary }),
  EQAmt: impliedAmount,
  NEQAmt: impliedAmount,
});
export const creditDebitCode = oneOf('CRDT', 'DBIT');
const taxCharges = sequence({
  Id: optional(text(35)),
  Rate: optional(decimal(11, 10, 'signed')),
  Amt: optional(amount),
});
const accountInterest = sequence({
  Tp: optional(codeOr(oneOf('INDY', 'OVRN'))),
  Rate: many(
    sequence({
      Tp: choice({ Pctg: decimal(11, 10, 'signed'), Othr: text(35) }),
      VldtyRg: optional(
        sequence({ Amt: impliedCurrencyAmountRange, CdtDbtInd: optional(creditDebitCode), Ccy: currency }),
      ),
    }),
  ),
  FrToDt: optional(dateTimePeriod),
  Rsn: optional(text(35)),
  Tax: optional(taxCharges),
});
const bankTransactionCodeStructure4 = sequence({
  Domn: optional(sequence({ Cd: text(4), Fmly: sequence({ Cd: text(4), SubFmlyCd: text(4) }) })),
  Prtry: optional(sequence({ Cd: text(35), Issr: optional(text(35)) })),
});
const amountAndCurrencyExchangeDetails3 = sequence({ Amt: amount, CcyXchg: optional(kept) });
const amountAndCurrencyExchange = sequence({
  InstdAmt: optional(amountAndCurrencyExchangeDetails3),
  TxAmt: optional(amountAndCurrencyExchangeDetails3),
  CntrValAmt: optional(amountAndCurrencyExchangeDetails3),
  AnncdPstngAmt: optional(amountAndCurrencyExchangeDetails3),
  PrtryAmt: many(sequence({ Tp: text(35), Amt: amount, CcyXchg: optional(kept) })),
});
const chargesRecord = sequence({
  Amt: amount,
  CdtDbtInd: optional(creditDebitCode),
  ChrgInclInd: optional(indicator),
  Tp: optional(codeOr(text(4), sequence({ Id: text(35), Issr: optional(text(35)) }))),
  Rate: optional(decimal(11, 10, 'signed')),
  Br: optional(chargeBearerTypeCode),
  Agt: optional(agent),
  Tax: optional(taxCharges),
});
const charges6 = sequence({ TtlChrgsAndTaxAmt: optional(amount), Rcrd: many(chargesRecord) });
const batchInformation = sequence({
  MsgId: optional(text(35)),
  PmtInfId: optional(text(35)),
  NbOfTxs: optional(digits(1, 15)),
  TtlAmt: optional(amount),
  CdtDbtInd: optional(creditDebitCode),
});
const transactionReferences = sequence({
  MsgId: optional(text(35)),
  AcctSvcrRef: optional(text(35)),
  PmtInfId: optional(text(35)),
  InstrId: optional(text(35)),
  EndToEndId: optional(text(35)),
  UETR: optional(uuid),
  TxId: optional(text(35)),
  MndtId: optional(text(35)),
  ChqNb: optional(text(35)),
  ClrSysRef: optional(text(35)),
  AcctOwnrTxId: optional(text(35)),
  AcctSvcrTxId: optional(text(35)),
  MktInfrstrctrTxId: optional(text(35)),
  PrcgId: optional(text(35)),
  Prtry: many(sequence({ Tp: text(35), Ref: text(35) })),
});
const transactionParties6 = sequence({
  InitgPty: optional(party40),
  Dbtr: optional(party40),
  DbtrAcct: optional(cashAccount38),
  UltmtDbtr: optional(party40),
  Cdtr: optional(party40),
  CdtrAcct: optional(cashAccount38),
  UltmtCdtr: optional(party40),
  TradgPty: optional(party40),
  Prtry: many(sequence({ Tp: text(35), Pty: party40 })),
});
const paymentReturnReason5 = sequence({
  OrgnlBkTxCd: optional(bankTransactionCodeStructure4),
  Orgtr: optional(partyIdentification),
  Rsn: optional(codeOr(text(4))),
  AddtlInf: many(text(105)),
});
const entryTransaction = sequence({
  Refs: optional(transactionReferences),
  Amt: optional(amount),
  CdtDbtInd: optional(creditDebitCode),
  AmtDtls: optional(amountAndCurrencyExchange),
  Avlbty: many(kept),
  BkTxCd: optional(bankTransactionCodeStructure4),
  Chrgs: optional(charges6),
  Intrst: optional(kept),
  RltdPties: optional(transactionParties6),
  RltdAgts: optional(kept),
  LclInstrm: optional(codeOr(text(35))),
  Purp: optional(codeOr(text(4))),
  RltdRmtInf: many(kept, 10),
  RmtInf: optional(remittanceInformation16),
  RltdDts: optional(kept),
  RltdPric: optional(kept),
  RltdQties: many(kept),
  FinInstrmId: optional(kept),
  Tax: optional(kept),
  RtrInf: optional(paymentReturnReason5),
  CorpActn: optional(kept),
  SfkpgAcct: optional(kept),
  CshDpst: many(sequence({ NoteDnmtn: amount, NbOfNotes: digits(1, 15), Amt: amount })),
  CardTx: optional(kept),
  AddtlTxInf: optional(text(500)),
  SplmtryData: many(supplementaryData),
});
export const reportEntry = sequence({
  NtryRef: optional(text(35)),
  Amt: amount,
  CdtDbtInd: creditDebitCode,
  RvslInd: optional(indicator),
  Sts: codeOr(text(4)),
  BookgDt: optional(dateAndDateTime),
  ValDt: optional(dateAndDateTime),
  AcctSvcrRef: optional(text(35)),
  Avlbty: many(kept),
  BkTxCd: bankTransactionCodeStructure4,
  ComssnWvrInd: optional(indicator),
  AddtlInfInd: optional(sequence({ MsgNmId: optional(text(35)), MsgId: optional(text(35)) })),
  AmtDtls: optional(amountAndCurrencyExchange),
  Chrgs: optional(charges6),
  TechInptChanl: optional(kept),
  Intrst: optional(kept),
  CardTx: optional(kept),
  NtryDtls: many(sequence({ Btch: optional(batchInformation), TxDtls: many(entryTransaction) })),
  AddtlNtryInf: optional(text(500)),
});

/** What statements and notices begin with, up to the account that they are about. */
export const reportBeginning = {
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
} as const;
