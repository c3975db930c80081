// pain.001: a customer orders credit transfers.
import { kept, many, optional, sequence, some } from '../shape.ts';
import { codeOr, currency, decimal, digits, indicator, isoDate, isoDateTime, oneOf, text, uuid } from '../values.ts';
import { agent, cashAccount38, partyIdentification } from './parties.ts';
import {
  amountType,
  chargeBearerTypeCode,
  dateAndDateTime,
  priority2Code,
  remittanceInformation16,
  supplementaryData,
} from './parts.ts';

const groupHeader85 = sequence({
  MsgId: text(35),
  CreDtTm: isoDateTime,
  Authstn: many(codeOr(oneOf('AUTH', 'FDET', 'FSUM', 'ILEV'), text(128)), 2),
  NbOfTxs: digits(1, 15),
  CtrlSum: optional(decimal(18, 17, 'signed')),
  InitgPty: partyIdentification,
  FwdgAgt: optional(agent),
});
const paymentTypeInformation26 = sequence({
  InstrPrty: optional(priority2Code),
  SvcLvl: many(codeOr(text(4))),
  LclInstrm: optional(codeOr(text(35))),
  CtgyPurp: optional(codeOr(text(4))),
});
const exchangeRate = sequence({
  UnitCcy: optional(currency),
  XchgRate: optional(decimal(11, 10, 'signed')),
  RateTp: optional(oneOf('SPOT', 'SALE', 'AGRD')),
  CtrctId: optional(text(35)),
});
const creditTransferTransaction34 = sequence({
  PmtId: sequence({ InstrId: optional(text(35)), EndToEndId: text(35), UETR: optional(uuid) }),
  PmtTpInf: optional(paymentTypeInformation26),
  Amt: amountType,
  XchgRateInf: optional(exchangeRate),
  ChrgBr: optional(chargeBearerTypeCode),
  ChqInstr: optional(kept),
  UltmtDbtr: optional(partyIdentification),
  IntrmyAgt1: optional(agent),
  IntrmyAgt1Acct: optional(cashAccount38),
  IntrmyAgt2: optional(agent),
  IntrmyAgt2Acct: optional(cashAccount38),
  IntrmyAgt3: optional(agent),
  IntrmyAgt3Acct: optional(cashAccount38),
  CdtrAgt: optional(agent),
  CdtrAgtAcct: optional(cashAccount38),
  Cdtr: optional(partyIdentification),
  CdtrAcct: optional(cashAccount38),
  UltmtCdtr: optional(partyIdentification),
  InstrForCdtrAgt: many(
    sequence({ Cd: optional(oneOf('CHQB', 'HOLD', 'PHOB', 'TELB')), InstrInf: optional(text(140)) }),
  ),
  InstrForDbtrAgt: optional(text(140)),
  Purp: optional(codeOr(text(4))),
  RgltryRptg: many(kept, 10),
  Tax: optional(kept),
  RltdRmtInf: many(kept, 10),
  RmtInf: optional(remittanceInformation16),
  SplmtryData: many(supplementaryData),
});
const paymentInstruction = sequence({
  PmtInfId: text(35),
  PmtMtd: oneOf('CHK', 'TRF', 'TRA'),
  BtchBookg: optional(indicator),
  NbOfTxs: optional(digits(1, 15)),
  CtrlSum: optional(decimal(18, 17, 'signed')),
  PmtTpInf: optional(paymentTypeInformation26),
  ReqdExctnDt: dateAndDateTime,
  PoolgAdjstmntDt: optional(isoDate),
  Dbtr: partyIdentification,
  DbtrAcct: cashAccount38,
  DbtrAgt: agent,
  DbtrAgtAcct: optional(cashAccount38),
  InstrForDbtrAgt: optional(text(140)),
  UltmtDbtr: optional(partyIdentification),
  ChrgBr: optional(chargeBearerTypeCode),
  ChrgsAcct: optional(cashAccount38),
  ChrgsAcctAgt: optional(agent),
  CdtTrfTxInf: some(creditTransferTransaction34),
});

/** pain.001.001.09 */
export const pain001 = sequence({
  GrpHdr: groupHeader85,
  PmtInf: some(paymentInstruction),
  SplmtryData: many(supplementaryData),
});
