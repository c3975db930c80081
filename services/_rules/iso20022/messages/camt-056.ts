// camt.056: a payment is asked back.
import { many, optional, sequence, some } from '../shape.ts';
import { amount, codeOr, decimal, digits, indicator, isoDate, isoDateTime, text, uuid } from '../values.ts';
import { agent, partyIdentification } from './parties.ts';
import {
  caseAssignment,
  investigationCase,
  originalGroupInformation,
  originalTransactionReference35,
  supplementaryData,
} from './parts.ts';

const paymentCancellationReason = sequence({
  Orgtr: optional(partyIdentification),
  Rsn: optional(codeOr(text(4))),
  AddtlInf: many(text(105)),
});
const originalGroupHeader15 = sequence({
  GrpCxlId: optional(text(35)),
  Case: optional(investigationCase),
  OrgnlMsgId: text(35),
  OrgnlMsgNmId: text(35),
  OrgnlCreDtTm: optional(isoDateTime),
  NbOfTxs: optional(digits(1, 15)),
  CtrlSum: optional(decimal(18, 17, 'signed')),
  GrpCxl: optional(indicator),
  CxlRsnInf: many(paymentCancellationReason),
});
const paymentTransaction137 = sequence({
  CxlId: optional(text(35)),
  Case: optional(investigationCase),
  OrgnlGrpInf: optional(originalGroupInformation),
  OrgnlInstrId: optional(text(35)),
  OrgnlEndToEndId: optional(text(35)),
  OrgnlTxId: optional(text(35)),
  OrgnlUETR: optional(uuid),
  OrgnlClrSysRef: optional(text(35)),
  OrgnlIntrBkSttlmAmt: optional(amount),
  OrgnlIntrBkSttlmDt: optional(isoDate),
  Assgnr: optional(agent),
  Assgne: optional(agent),
  CxlRsnInf: many(paymentCancellationReason),
  OrgnlTxRef: optional(originalTransactionReference35),
  SplmtryData: many(supplementaryData),
});

/** camt.056.001.10 */
export const camt056 = sequence({
  Assgnmt: caseAssignment,
  Case: optional(investigationCase),
  CtrlData: optional(sequence({ NbOfTxs: digits(1, 15), CtrlSum: optional(decimal(18, 17, 'signed')) })),
  Undrlyg: some(sequence({ OrgnlGrpInfAndCxl: optional(originalGroupHeader15), TxInf: many(paymentTransaction137) })),
  SplmtryData: many(supplementaryData),
});
