// camt.029: what became of asking a payment back.
import { choice, kept, many, optional, sequence, some } from '../shape.ts';
import { amount, codeOr, decimal, digits, indicator, isoDate, isoDateTime, oneOf, text, uuid } from '../values.ts';
import { agent, cashAccount40, party40, partyIdentification } from './parties.ts';
import {
  caseAssignment,
  clearingChannelCode,
  dateAndDateTime,
  investigationCase,
  originalGroupInformation,
  originalTransactionReference35,
  supplementaryData,
} from './parts.ts';

const investigationStatus = choice({
  Conf: text(4),
  RjctdMod: some(kept),
  DplctOf: investigationCase,
  AssgnmtCxlConf: indicator,
});
const groupCancellationStatusCode = oneOf('PACR', 'RJCR', 'ACCR', 'PDCR');
const cancellationStatusReason4 = sequence({
  Orgtr: optional(partyIdentification),
  Rsn: optional(codeOr(text(4))),
  AddtlInf: many(text(105)),
});
const originalGroupHeader14 = sequence({
  OrgnlGrpCxlId: optional(text(35)),
  RslvdCase: optional(investigationCase),
  OrgnlMsgId: text(35),
  OrgnlMsgNmId: text(35),
  OrgnlCreDtTm: optional(isoDateTime),
  OrgnlNbOfTxs: optional(digits(1, 15)),
  OrgnlCtrlSum: optional(decimal(18, 17, 'signed')),
  GrpCxlSts: optional(groupCancellationStatusCode),
  CxlStsRsnInf: many(cancellationStatusReason4),
  NbOfTxsPerCxlSts: many(
    sequence({
      DtldNbOfTxs: digits(1, 15),
      DtldSts: oneOf('ACTC', 'RJCT', 'PDNG', 'ACCP', 'ACSP', 'ACSC', 'ACCR', 'ACWC'),
      DtldCtrlSum: optional(decimal(18, 17, 'signed')),
    }),
  ),
});
const cancellationIndividualStatusCode = oneOf('RJCR', 'ACCR', 'PDCR');
const paymentTransaction139 = sequence({
  CxlStsId: optional(text(35)),
  RslvdCase: optional(investigationCase),
  OrgnlInstrId: optional(text(35)),
  OrgnlEndToEndId: optional(text(35)),
  UETR: optional(uuid),
  TxCxlSts: optional(cancellationIndividualStatusCode),
  CxlStsRsnInf: many(cancellationStatusReason4),
  OrgnlInstdAmt: optional(amount),
  OrgnlReqdExctnDt: optional(dateAndDateTime),
  OrgnlReqdColltnDt: optional(isoDate),
  OrgnlTxRef: optional(originalTransactionReference35),
});
const originalPaymentInstruction = sequence({
  OrgnlPmtInfCxlId: optional(text(35)),
  RslvdCase: optional(investigationCase),
  OrgnlPmtInfId: text(35),
  OrgnlGrpInf: optional(originalGroupInformation),
  OrgnlNbOfTxs: optional(digits(1, 15)),
  OrgnlCtrlSum: optional(decimal(18, 17, 'signed')),
  PmtInfCxlSts: optional(groupCancellationStatusCode),
  CxlStsRsnInf: many(cancellationStatusReason4),
  NbOfTxsPerCxlSts: many(
    sequence({
      DtldNbOfTxs: digits(1, 15),
      DtldSts: cancellationIndividualStatusCode,
      DtldCtrlSum: optional(decimal(18, 17, 'signed')),
    }),
  ),
  TxInfAndSts: many(paymentTransaction139),
});
const compensation = sequence({
  Amt: amount,
  DbtrAgt: agent,
  DbtrAgtAcct: optional(cashAccount40),
  CdtrAgt: agent,
  CdtrAgtAcct: optional(cashAccount40),
  Rsn: codeOr(text(4)),
});
const resolutionData = sequence({
  EndToEndId: optional(text(35)),
  TxId: optional(text(35)),
  UETR: optional(uuid),
  IntrBkSttlmAmt: optional(amount),
  IntrBkSttlmDt: optional(isoDate),
  ClrChanl: optional(clearingChannelCode),
  Compstn: optional(compensation),
  Chrgs: many(sequence({ Amt: amount, Agt: agent, AgtAcct: optional(cashAccount40) })),
});
const paymentTransaction138 = sequence({
  CxlStsId: optional(text(35)),
  RslvdCase: optional(investigationCase),
  OrgnlGrpInf: optional(originalGroupInformation),
  OrgnlInstrId: optional(text(35)),
  OrgnlEndToEndId: optional(text(35)),
  OrgnlTxId: optional(text(35)),
  OrgnlClrSysRef: optional(text(35)),
  OrgnlUETR: optional(uuid),
  TxCxlSts: optional(cancellationIndividualStatusCode),
  CxlStsRsnInf: many(cancellationStatusReason4),
  RsltnRltdInf: optional(resolutionData),
  OrgnlIntrBkSttlmAmt: optional(amount),
  OrgnlIntrBkSttlmDt: optional(isoDate),
  Assgnr: optional(party40),
  Assgne: optional(party40),
  OrgnlTxRef: optional(originalTransactionReference35),
});
const paymentTransaction132 = sequence({
  ModStsId: optional(text(35)),
  RslvdCase: optional(investigationCase),
  OrgnlGrpInf: originalGroupInformation,
  OrgnlPmtInfId: optional(text(35)),
  OrgnlInstrId: optional(text(35)),
  OrgnlEndToEndId: optional(text(35)),
  OrgnlTxId: optional(text(35)),
  OrgnlClrSysRef: optional(text(35)),
  OrgnlUETR: optional(uuid),
  ModStsRsnInf: many(
    sequence({ Orgtr: optional(partyIdentification), Rsn: optional(kept), AddtlInf: many(text(105)) }),
  ),
  RsltnRltdInf: optional(resolutionData),
  OrgnlIntrBkSttlmAmt: optional(amount),
  OrgnlIntrBkSttlmDt: optional(isoDate),
  Assgnr: optional(party40),
  Assgne: optional(party40),
  OrgnlTxRef: optional(originalTransactionReference35),
});
const correctiveGroupInformation = sequence({ MsgId: text(35), MsgNmId: text(35), CreDtTm: optional(isoDateTime) });
const correctivePaymentInitiation = sequence({
  GrpHdr: optional(correctiveGroupInformation),
  PmtInfId: optional(text(35)),
  InstrId: optional(text(35)),
  EndToEndId: optional(text(35)),
  UETR: optional(uuid),
  InstdAmt: amount,
  ReqdExctnDt: optional(dateAndDateTime),
  ReqdColltnDt: optional(isoDate),
});
const correctiveInterbankTransaction = sequence({
  GrpHdr: optional(correctiveGroupInformation),
  InstrId: optional(text(35)),
  EndToEndId: optional(text(35)),
  TxId: optional(text(35)),
  UETR: optional(uuid),
  IntrBkSttlmAmt: amount,
  IntrBkSttlmDt: isoDate,
});

/** camt.029.001.11 */
export const camt029 = sequence({
  Assgnmt: caseAssignment,
  RslvdCase: optional(investigationCase),
  Sts: investigationStatus,
  CxlDtls: many(
    sequence({
      OrgnlGrpInfAndSts: optional(originalGroupHeader14),
      OrgnlPmtInfAndSts: many(originalPaymentInstruction),
      TxInfAndSts: many(paymentTransaction138),
    }),
  ),
  ModDtls: optional(paymentTransaction132),
  ClmNonRctDtls: optional(kept),
  StmtDtls: optional(kept),
  CrrctnTx: optional(choice({ Initn: correctivePaymentInitiation, IntrBk: correctiveInterbankTransaction })),
  RsltnRltdInf: optional(resolutionData),
  SplmtryData: many(supplementaryData),
});
