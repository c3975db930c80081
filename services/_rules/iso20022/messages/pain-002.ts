// pain.002: what became of credit transfers that a customer ordered.
import { many, optional, sequence } from '../shape.ts';
import { decimal, digits, isoDateTime, text, uuid } from '../values.ts';
import { agent, partyIdentification } from './parties.ts';
import {
  charges7,
  originalGroupStatus,
  originalReference,
  statusReasonInformation,
  supplementaryData,
} from './parts.ts';

const counts = { DtldNbOfTxs: digits(1, 15), DtldSts: text(4), DtldCtrlSum: optional(decimal(18, 17, 'signed')) };

const paymentTransaction = sequence({
  StsId: optional(text(35)),
  OrgnlInstrId: optional(text(35)),
  OrgnlEndToEndId: optional(text(35)),
  OrgnlUETR: optional(uuid),
  TxSts: optional(text(4)),
  StsRsnInf: many(statusReasonInformation),
  ChrgsInf: many(charges7),
  AccptncDtTm: optional(isoDateTime),
  AcctSvcrRef: optional(text(35)),
  ClrSysRef: optional(text(35)),
  OrgnlTxRef: optional(originalReference),
  SplmtryData: many(supplementaryData),
});

const originalPaymentInformation = sequence({
  OrgnlPmtInfId: text(35),
  OrgnlNbOfTxs: optional(digits(1, 15)),
  OrgnlCtrlSum: optional(decimal(18, 17, 'signed')),
  PmtInfSts: optional(text(4)),
  StsRsnInf: many(statusReasonInformation),
  NbOfTxsPerSts: many(sequence(counts)),
  TxInfAndSts: many(paymentTransaction),
});

/** pain.002.001.10 */
export const pain002 = sequence({
  GrpHdr: sequence({
    MsgId: text(35),
    CreDtTm: isoDateTime,
    InitgPty: optional(partyIdentification),
    FwdgAgt: optional(agent),
    DbtrAgt: optional(agent),
    CdtrAgt: optional(agent),
  }),
  OrgnlGrpInfAndSts: originalGroupStatus,
  OrgnlPmtInfAndSts: many(originalPaymentInformation),
  SplmtryData: many(supplementaryData),
});
