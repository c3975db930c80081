// Parts that several messages of ISO 20022 share.
import { choice, kept, many, optional, sequence } from '../shape.ts';
import {
  amount,
  codeOr,
  currency,
  decimal,
  digits,
  indicator,
  isoDate,
  isoDateTime,
  isoYear,
  oneOf,
  text,
} from '../values.ts';
import { agent, cashAccount38, cashAccount40, party40, partyIdentification } from './parties.ts';
export const priority2Code = oneOf('HIGH', 'NORM');
export const dateAndDateTime = choice({ Dt: isoDate, DtTm: isoDateTime });
export const chargeBearerTypeCode = oneOf('DEBT', 'CRED', 'SHAR', 'SLEV');
export const amountType = choice({ InstdAmt: amount, EqvtAmt: sequence({ Amt: amount, CcyOfTrf: currency }) });
const creditorReferenceInformation = sequence({
  Tp: optional(
    sequence({ CdOrPrtry: codeOr(oneOf('RADM', 'RPIN', 'FXDR', 'DISP', 'PUOR', 'SCOR')), Issr: optional(text(35)) }),
  ),
  Ref: optional(text(35)),
});
const structuredRemittanceInformation16 = sequence({
  RfrdDocInf: many(kept),
  RfrdDocAmt: optional(kept),
  CdtrRefInf: optional(creditorReferenceInformation),
  Invcr: optional(partyIdentification),
  Invcee: optional(partyIdentification),
  TaxRmt: optional(kept),
  GrnshmtRmt: optional(kept),
  AddtlRmtInf: many(text(140), 3),
});
export const remittanceInformation16 = sequence({
  Ustrd: many(text(140)),
  Strd: many(structuredRemittanceInformation16),
});
export const supplementaryData = sequence({ PlcAndNm: optional(text(350)), Envlp: kept });
const settlementMethodCode = oneOf('INDA', 'INGA', 'COVE', 'CLRG', 'TDSO', 'TDSA');
export const settlementInstruction7 = sequence({
  SttlmMtd: settlementMethodCode,
  SttlmAcct: optional(cashAccount38),
  ClrSys: optional(codeOr(text(3))),
  InstgRmbrsmntAgt: optional(agent),
  InstgRmbrsmntAgtAcct: optional(cashAccount38),
  InstdRmbrsmntAgt: optional(agent),
  InstdRmbrsmntAgtAcct: optional(cashAccount38),
  ThrdRmbrsmntAgt: optional(agent),
  ThrdRmbrsmntAgtAcct: optional(cashAccount38),
});
export const clearingChannelCode = oneOf('RTGS', 'RTNS', 'MPNS', 'BOOK');
export const priority3Code = oneOf('URGT', 'HIGH', 'NORM');
export const settlementDateTimeIndication = sequence({
  DbtDtTm: optional(isoDateTime),
  CdtDtTm: optional(isoDateTime),
});
export const charges7 = sequence({ Amt: amount, Agt: agent });
export const instructionForCreditorAgent3 = sequence({ Cd: optional(text(4)), InstrInf: optional(text(140)) });
export const instructionForNextAgent = sequence({ Cd: optional(oneOf('PHOA', 'TELA')), InstrInf: optional(text(140)) });
export const statusReasonInformation = sequence({
  Orgtr: optional(partyIdentification),
  Rsn: optional(codeOr(text(4))),
  AddtlInf: many(text(105)),
});
export const originalGroupStatus = sequence({
  OrgnlMsgId: text(35),
  OrgnlMsgNmId: text(35),
  OrgnlCreDtTm: optional(isoDateTime),
  OrgnlNbOfTxs: optional(digits(1, 15)),
  OrgnlCtrlSum: optional(decimal(18, 17, 'signed')),
  GrpSts: optional(text(4)),
  StsRsnInf: many(statusReasonInformation),
  NbOfTxsPerSts: many(
    sequence({ DtldNbOfTxs: digits(1, 15), DtldSts: text(4), DtldCtrlSum: optional(decimal(18, 17, 'signed')) }),
  ),
});
export const originalGroupInformation = sequence({
  OrgnlMsgId: text(35),
  OrgnlMsgNmId: text(35),
  OrgnlCreDtTm: optional(isoDateTime),
});
const paymentTypeInformation27 = sequence({
  InstrPrty: optional(priority2Code),
  ClrChanl: optional(clearingChannelCode),
  SvcLvl: many(codeOr(text(4))),
  LclInstrm: optional(codeOr(text(35))),
  SeqTp: optional(oneOf('FRST', 'RCUR', 'FNAL', 'OOFF', 'RPRE')),
  CtgyPurp: optional(codeOr(text(4))),
});
const paymentMethod4Code = oneOf('CHK', 'TRF', 'DD', 'TRA');
export const originalReference = sequence({
  IntrBkSttlmAmt: optional(amount),
  Amt: optional(amountType),
  IntrBkSttlmDt: optional(isoDate),
  ReqdColltnDt: optional(isoDate),
  ReqdExctnDt: optional(dateAndDateTime),
  CdtrSchmeId: optional(partyIdentification),
  SttlmInf: optional(settlementInstruction7),
  PmtTpInf: optional(paymentTypeInformation27),
  PmtMtd: optional(paymentMethod4Code),
  MndtRltdInf: optional(kept),
  RmtInf: optional(remittanceInformation16),
  UltmtDbtr: optional(party40),
  Dbtr: optional(party40),
  DbtrAcct: optional(cashAccount38),
  DbtrAgt: optional(agent),
  DbtrAgtAcct: optional(cashAccount38),
  CdtrAgt: optional(agent),
  CdtrAgtAcct: optional(cashAccount38),
  Cdtr: optional(party40),
  CdtrAcct: optional(cashAccount38),
  UltmtCdtr: optional(party40),
  Purp: optional(codeOr(text(4))),
});
export const caseAssignment = sequence({ Id: text(35), Assgnr: party40, Assgne: party40, CreDtTm: isoDateTime });
export const investigationCase = sequence({ Id: text(35), Cretr: party40, ReopCaseIndctn: optional(indicator) });
const settlementInstruction11 = sequence({
  SttlmMtd: settlementMethodCode,
  SttlmAcct: optional(cashAccount40),
  ClrSys: optional(codeOr(text(3))),
  InstgRmbrsmntAgt: optional(agent),
  InstgRmbrsmntAgtAcct: optional(cashAccount40),
  InstdRmbrsmntAgt: optional(agent),
  InstdRmbrsmntAgtAcct: optional(cashAccount40),
  ThrdRmbrsmntAgt: optional(agent),
  ThrdRmbrsmntAgtAcct: optional(cashAccount40),
});
const taxParty2 = sequence({
  TaxId: optional(text(35)),
  RegnId: optional(text(35)),
  TaxTp: optional(text(35)),
  Authstn: optional(sequence({ Titl: optional(text(35)), Nm: optional(text(140)) })),
});
const taxPeriod = sequence({
  Yr: optional(isoYear),
  Tp: optional(
    oneOf(
      'MM01',
      'MM02',
      'MM03',
      'MM04',
      'MM05',
      'MM06',
      'MM07',
      'MM08',
      'MM09',
      'MM10',
      'MM11',
      'MM12',
      'QTR1',
      'QTR2',
      'QTR3',
      'QTR4',
      'HLF1',
      'HLF2',
    ),
  ),
  FrToDt: optional(sequence({ FrDt: isoDate, ToDt: isoDate })),
});
const taxAmount = sequence({
  Rate: optional(decimal(11, 10, 'signed')),
  TaxblBaseAmt: optional(amount),
  TtlAmt: optional(amount),
  Dtls: many(sequence({ Prd: optional(taxPeriod), Amt: amount })),
});
const taxRecord = sequence({
  Tp: optional(text(35)),
  Ctgy: optional(text(35)),
  CtgyDtls: optional(text(35)),
  DbtrSts: optional(text(35)),
  CertId: optional(text(35)),
  FrmsCd: optional(text(35)),
  Prd: optional(taxPeriod),
  TaxAmt: optional(taxAmount),
  AddtlInf: optional(text(140)),
});
const taxData = sequence({
  Cdtr: optional(sequence({ TaxId: optional(text(35)), RegnId: optional(text(35)), TaxTp: optional(text(35)) })),
  Dbtr: optional(taxParty2),
  UltmtDbtr: optional(taxParty2),
  AdmstnZone: optional(text(35)),
  RefNb: optional(text(140)),
  Mtd: optional(text(35)),
  TtlTaxblBaseAmt: optional(amount),
  TtlTaxAmt: optional(amount),
  Dt: optional(isoDate),
  SeqNb: optional(decimal(18, 0, 'signed')),
  Rcrd: many(taxRecord),
});
const structuredRemittanceInformation17 = sequence({
  RfrdDocInf: many(kept),
  RfrdDocAmt: optional(kept),
  CdtrRefInf: optional(creditorReferenceInformation),
  Invcr: optional(partyIdentification),
  Invcee: optional(partyIdentification),
  TaxRmt: optional(taxData),
  GrnshmtRmt: optional(kept),
  AddtlRmtInf: many(text(140), 3),
});
export const originalTransactionReference35 = sequence({
  IntrBkSttlmAmt: optional(amount),
  Amt: optional(amountType),
  IntrBkSttlmDt: optional(isoDate),
  ReqdColltnDt: optional(isoDate),
  ReqdExctnDt: optional(dateAndDateTime),
  CdtrSchmeId: optional(partyIdentification),
  SttlmInf: optional(settlementInstruction11),
  PmtTpInf: optional(paymentTypeInformation27),
  PmtMtd: optional(paymentMethod4Code),
  MndtRltdInf: optional(kept),
  RmtInf: optional(sequence({ Ustrd: many(text(140)), Strd: many(structuredRemittanceInformation17) })),
  UltmtDbtr: optional(party40),
  Dbtr: optional(party40),
  DbtrAcct: optional(cashAccount40),
  DbtrAgt: optional(agent),
  DbtrAgtAcct: optional(cashAccount40),
  CdtrAgt: optional(agent),
  CdtrAgtAcct: optional(cashAccount40),
  Cdtr: optional(party40),
  CdtrAcct: optional(cashAccount40),
  UltmtCdtr: optional(party40),
  Purp: optional(codeOr(text(4))),
});
