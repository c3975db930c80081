// pacs.002: what became of payments between banks.
import { many, optional, sequence } from '../shape.ts';
import { isoDateTime, text, uuid } from '../values.ts';
import { agent } from './parties.ts';
import {
  charges7,
  dateAndDateTime,
  originalGroupInformation,
  originalGroupStatus,
  originalReference,
  statusReasonInformation,
  supplementaryData,
} from './parts.ts';

const groupHeader91 = sequence({
  MsgId: text(35),
  CreDtTm: isoDateTime,
  InstgAgt: optional(agent),
  InstdAgt: optional(agent),
});
const paymentTransaction123 = sequence({
  StsId: optional(text(35)),
  OrgnlGrpInf: optional(originalGroupInformation),
  OrgnlInstrId: optional(text(35)),
  OrgnlEndToEndId: optional(text(35)),
  OrgnlTxId: optional(text(35)),
  OrgnlUETR: optional(uuid),
  TxSts: optional(text(4)),
  StsRsnInf: many(statusReasonInformation),
  ChrgsInf: many(charges7),
  AccptncDtTm: optional(isoDateTime),
  FctvIntrBkSttlmDt: optional(dateAndDateTime),
  AcctSvcrRef: optional(text(35)),
  ClrSysRef: optional(text(35)),
  InstgAgt: optional(agent),
  InstdAgt: optional(agent),
  OrgnlTxRef: optional(originalReference),
  SplmtryData: many(supplementaryData),
});

/** pacs.002.001.11 */
export const pacs002 = sequence({
  GrpHdr: groupHeader91,
  OrgnlGrpInfAndSts: many(originalGroupStatus),
  TxInfAndSts: many(paymentTransaction123),
  SplmtryData: many(supplementaryData),
});
