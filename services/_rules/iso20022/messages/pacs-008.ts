// pacs.008: credit transfers from bank to bank.
import { choice, kept, many, optional, sequence, some } from '../shape.ts';
import {
  amount,
  codeOr,
  decimal,
  digits,
  indicator,
  isoDate,
  isoDateTime,
  isoTime,
  oneOf,
  text,
  uuid,
} from '../values.ts';
import { agent, cashAccount38, partyIdentification } from './parties.ts';
import {
  chargeBearerTypeCode,
  charges7,
  clearingChannelCode,
  instructionForCreditorAgent3,
  instructionForNextAgent,
  priority2Code,
  priority3Code,
  remittanceInformation16,
  settlementDateTimeIndication,
  settlementInstruction7,
  supplementaryData,
} from './parts.ts';

const paymentTypeInformation28 = sequence({
  InstrPrty: optional(priority2Code),
  ClrChanl: optional(clearingChannelCode),
  SvcLvl: many(codeOr(text(4))),
  LclInstrm: optional(codeOr(text(35))),
  CtgyPurp: optional(codeOr(text(4))),
});
const groupHeader93 = sequence({
  MsgId: text(35),
  CreDtTm: isoDateTime,
  BtchBookg: optional(indicator),
  NbOfTxs: digits(1, 15),
  CtrlSum: optional(decimal(18, 17, 'signed')),
  TtlIntrBkSttlmAmt: optional(amount),
  IntrBkSttlmDt: optional(isoDate),
  SttlmInf: settlementInstruction7,
  PmtTpInf: optional(paymentTypeInformation28),
  InstgAgt: optional(agent),
  InstdAgt: optional(agent),
});
const paymentIdentification13 = sequence({
  InstrId: optional(text(35)),
  EndToEndId: text(35),
  TxId: optional(text(35)),
  UETR: optional(uuid),
  ClrSysRef: optional(text(35)),
});
const settlementTimeRequest = sequence({
  CLSTm: optional(isoTime),
  TillTm: optional(isoTime),
  FrTm: optional(isoTime),
  RjctTm: optional(isoTime),
});
const mandateTypeInformation = sequence({
  SvcLvl: optional(codeOr(text(4))),
  LclInstrm: optional(codeOr(text(35))),
  CtgyPurp: optional(codeOr(text(4))),
  Clssfctn: optional(codeOr(oneOf('FIXE', 'USGB', 'VARI'))),
});
const frequencyCode = oneOf('YEAR', 'MNTH', 'QURT', 'MIAN', 'WEEK', 'DAIL', 'ADHO', 'INDA', 'FRTN');
const creditTransferMandateData = sequence({
  MndtId: optional(text(35)),
  Tp: optional(mandateTypeInformation),
  DtOfSgntr: optional(isoDate),
  DtOfVrfctn: optional(isoDateTime),
  ElctrncSgntr: optional(kept),
  FrstPmtDt: optional(isoDate),
  FnlPmtDt: optional(isoDate),
  Frqcy: optional(
    choice({
      Tp: frequencyCode,
      Prd: sequence({ Tp: frequencyCode, CntPerPrd: decimal(18, 17, 'signed') }),
      PtInTm: sequence({ Tp: frequencyCode, PtInTm: digits(2) }),
    }),
  ),
  Rsn: optional(codeOr(text(4), text(70))),
});
const creditTransferTransaction43 = sequence({
  PmtId: paymentIdentification13,
  PmtTpInf: optional(paymentTypeInformation28),
  IntrBkSttlmAmt: amount,
  IntrBkSttlmDt: optional(isoDate),
  SttlmPrty: optional(priority3Code),
  SttlmTmIndctn: optional(settlementDateTimeIndication),
  SttlmTmReq: optional(settlementTimeRequest),
  AccptncDtTm: optional(isoDateTime),
  PoolgAdjstmntDt: optional(isoDate),
  InstdAmt: optional(amount),
  XchgRate: optional(decimal(11, 10, 'signed')),
  ChrgBr: chargeBearerTypeCode,
  ChrgsInf: many(charges7),
  MndtRltdInf: optional(creditTransferMandateData),
  PrvsInstgAgt1: optional(agent),
  PrvsInstgAgt1Acct: optional(cashAccount38),
  PrvsInstgAgt2: optional(agent),
  PrvsInstgAgt2Acct: optional(cashAccount38),
  PrvsInstgAgt3: optional(agent),
  PrvsInstgAgt3Acct: optional(cashAccount38),
  InstgAgt: optional(agent),
  InstdAgt: optional(agent),
  IntrmyAgt1: optional(agent),
  IntrmyAgt1Acct: optional(cashAccount38),
  IntrmyAgt2: optional(agent),
  IntrmyAgt2Acct: optional(cashAccount38),
  IntrmyAgt3: optional(agent),
  IntrmyAgt3Acct: optional(cashAccount38),
  UltmtDbtr: optional(partyIdentification),
  InitgPty: optional(partyIdentification),
  Dbtr: partyIdentification,
  DbtrAcct: optional(cashAccount38),
  DbtrAgt: agent,
  DbtrAgtAcct: optional(cashAccount38),
  CdtrAgt: agent,
  CdtrAgtAcct: optional(cashAccount38),
  Cdtr: partyIdentification,
  CdtrAcct: optional(cashAccount38),
  UltmtCdtr: optional(partyIdentification),
  InstrForCdtrAgt: many(instructionForCreditorAgent3),
  InstrForNxtAgt: many(instructionForNextAgent),
  Purp: optional(codeOr(text(4))),
  RgltryRptg: many(kept, 10),
  Tax: optional(kept),
  RltdRmtInf: many(kept, 10),
  RmtInf: optional(remittanceInformation16),
  SplmtryData: many(supplementaryData),
});

/** pacs.008.001.09 */
export const pacs008 = sequence({
  GrpHdr: groupHeader93,
  CdtTrfTxInf: some(creditTransferTransaction43),
  SplmtryData: many(supplementaryData),
});
