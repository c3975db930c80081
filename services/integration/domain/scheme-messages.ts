// The messages that the bank exchanges with a scheme: payments (pacs.008), returns (pacs.004), and what became of them (pacs.002), one
// payment a message. Pure functions of what is known of a payment.

import { normalise } from '#rules/iban.ts';
import type { Content, Message } from '#rules/iso20022/definitions.ts';
import { writable } from '#rules/iso20022/writer.ts';

/** A payment as it is sent. */
export interface PaymentToSend {
  readonly id: string;
  readonly endToEndIdentification: string;
  readonly currency: string;
  readonly amount: string;
  /** YYYY-MM-DD. */
  readonly date: string;
  readonly scheme: string;
  readonly debtorIban: string;
  readonly creditorIban: string;
  readonly creditorName: string;
  readonly text: string;
}

/** When a message is made, and by which bank. */
export interface Making {
  readonly time: string;
  readonly bic: string;
}

const agent = (bic: string) => ({ FinInstnId: { BICFI: bic } });
/** The scheme finds the other bank by the account's number. */
const UNKNOWN_AGENT = { FinInstnId: { Othr: { Id: 'NOTPROVIDED' } } };
const SETTLEMENT = { SttlmMtd: 'CLRG' } as const;

/** The pacs.008 of a payment. */
export function paymentMessage(payment: PaymentToSend, { time, bic }: Making): Message<'pacs.008.001.09'> {
  const { id, currency: Ccy, amount: value, date, text } = payment;
  const transaction: Content<'pacs.008.001.09'>['CdtTrfTxInf'][number] = {
    PmtId: { EndToEndId: payment.endToEndIdentification, TxId: id },
    IntrBkSttlmAmt: { Ccy, value },
    ChrgBr: 'SLEV',
    Dbtr: {},
    DbtrAcct: { Id: { IBAN: payment.debtorIban } },
    DbtrAgt: agent(bic),
    CdtrAgt: UNKNOWN_AGENT,
    Cdtr: { Nm: writable(payment.creditorName) },
    CdtrAcct: { Id: { IBAN: payment.creditorIban } },
    ...(text !== '' && { RmtInf: { Ustrd: [writable(text)] } }),
  };
  const header = {
    MsgId: id,
    CreDtTm: time,
    NbOfTxs: '1',
    IntrBkSttlmDt: date,
    SttlmInf: SETTLEMENT,
    PmtTpInf: { LclInstrm: { Prtry: payment.scheme } },
    InstgAgt: agent(bic),
  };
  return { name: 'pacs.008.001.09', content: { GrpHdr: header, CdtTrfTxInf: [transaction] } };
}

/** A payment that came in, as far as an answer names it. */
export interface Original {
  readonly messageIdentification: string;
  readonly transactionIdentification: string;
  readonly endToEndIdentification: string;
}

/** The pacs.004 by which a payment that came in goes back. */
export function returnMessage(
  original: Original & {
    readonly id: string;
    readonly currency: string;
    readonly amount: string;
    readonly date: string;
    readonly isoReason: string;
  },
  { time, bic }: Making,
): Message<'pacs.004.001.10'> {
  const { id, currency: Ccy, amount: value, date, isoReason } = original;
  const header = {
    MsgId: id,
    CreDtTm: time,
    NbOfTxs: '1',
    IntrBkSttlmDt: date,
    SttlmInf: SETTLEMENT,
    InstgAgt: agent(bic),
  };
  const returned = {
    RtrId: id,
    OrgnlGrpInf: { OrgnlMsgId: original.messageIdentification, OrgnlMsgNmId: 'pacs.008.001.09' },
    OrgnlEndToEndId: original.endToEndIdentification,
    OrgnlTxId: original.transactionIdentification,
    RtrdIntrBkSttlmAmt: { Ccy, value },
    ...(isoReason !== '' && { RtrRsnInf: [{ Rsn: { Cd: isoReason } }] }),
  };
  return { name: 'pacs.004.001.10', content: { GrpHdr: header, TxInf: [returned] } };
}

/** The pacs.002 by which the bank answers a payment that came in. */
export function answerMessage(
  original: Original & { readonly id: string; readonly accepted: boolean; readonly isoReason: string },
  { time, bic }: Making,
): Message<'pacs.002.001.11'> {
  const { id, accepted, isoReason } = original;
  const status = {
    OrgnlGrpInf: { OrgnlMsgId: original.messageIdentification, OrgnlMsgNmId: 'pacs.008.001.09' },
    OrgnlEndToEndId: original.endToEndIdentification,
    OrgnlTxId: original.transactionIdentification,
    TxSts: accepted ? 'ACSC' : 'RJCT',
    ...(isoReason !== '' && { StsRsnInf: [{ Rsn: { Cd: isoReason } }] }),
  };
  // The same answer each time, so that it is one to whoever hears it twice.
  return {
    name: 'pacs.002.001.11',
    content: { GrpHdr: { MsgId: id, CreDtTm: time, InstgAgt: agent(bic) }, TxInfAndSts: [status] },
  };
}

/** What the scheme said of a message of ours. */
export interface Said {
  /** Which: its identification. */
  readonly id: string;
  readonly state: 'settled' | 'failed' | 'returned';
  readonly isoReason: string;
  readonly returned?: Returned;
}

/** What comes back, and by which identification: the same is one return. */
export interface Returned {
  readonly id: string;
  readonly currency: string;
  readonly amount: string;
}

const STATUSES: Readonly<Record<string, Said['state']>> = { ACSC: 'settled', ACCC: 'settled', RJCT: 'failed' };

/** What a pacs.002 says of messages of ours. What says nothing for good (ACSP, PDNG) is left out. */
export function saidByStatus(content: Content<'pacs.002.001.11'>): Said[] {
  const groups = content.OrgnlGrpInfAndSts ?? [];
  const payments = content.TxInfAndSts ?? [];
  const ofPayments = payments.map(({ OrgnlGrpInf, OrgnlTxId, TxSts = '', StsRsnInf }) => {
    return { id: OrgnlGrpInf?.OrgnlMsgId ?? OrgnlTxId ?? '', status: TxSts, reasons: StsRsnInf };
  });
  const ofGroups = groups.map(({ OrgnlMsgId, GrpSts = '', StsRsnInf }) => {
    return { id: OrgnlMsgId, status: GrpSts, reasons: StsRsnInf };
  });
  return (payments.length > 0 ? ofPayments : ofGroups).flatMap(({ id, status, reasons }) => {
    const state = STATUSES[status];
    return state ? [{ id, state, isoReason: codeOf(reasons) }] : [];
  });
}

/** The first reason as a code of ISO; empty where it is none: whatever the scheme writes there, its word stands. */
function codeOf(reasons: readonly { readonly Rsn?: { readonly Cd?: string | undefined } | undefined }[] = []): string {
  const code = reasons[0]?.Rsn?.Cd ?? '';
  return /^[A-Z0-9]{4}$/.test(code) ? code : '';
}

/** What a pacs.004 gives back of payments of ours. */
export function saidByReturn(content: Content<'pacs.004.001.10'>): Said[] {
  const { MsgId } = content.GrpHdr;
  return (content.TxInf ?? []).map(({ RtrId, OrgnlTxId, OrgnlGrpInf, RtrdIntrBkSttlmAmt, RtrRsnInf }) => ({
    id: OrgnlTxId ?? OrgnlGrpInf?.OrgnlMsgId ?? '',
    state: 'returned',
    isoReason: codeOf(RtrRsnInf),
    returned: { id: RtrId ?? MsgId, currency: RtrdIntrBkSttlmAmt.Ccy, amount: RtrdIntrBkSttlmAmt.value },
  }));
}

/** A payment that comes in, without what is not acted on. */
export interface Incoming extends Original {
  /** Who instructed it. */
  readonly instructingAgent: string;
  /** By what it is one among all that they instruct. */
  readonly identity: string;
  readonly currency: string;
  readonly amount: string;
  readonly creditorIban: string;
  readonly creditorName: string;
  readonly debtorIban: string;
  readonly debtorName: string;
  readonly text: string;
}

const LONGEST_TEXT = 140;

/** The payments of a pacs.008. */
export function incomingPayments({ GrpHdr, CdtTrfTxInf }: Content<'pacs.008.001.09'>): Incoming[] {
  return CdtTrfTxInf.map((payment, index) => {
    const { PmtId, IntrBkSttlmAmt, InstgAgt = GrpHdr.InstgAgt, DbtrAgt } = payment;
    const said = payment.RmtInf?.Ustrd?.join(' ') ?? '';
    return {
      messageIdentification: GrpHdr.MsgId,
      transactionIdentification: PmtId.TxId ?? PmtId.InstrId ?? PmtId.EndToEndId,
      endToEndIdentification: PmtId.EndToEndId,
      // The payer's reference tells nothing apart: of many it is NOTPROVIDED.
      identity: PmtId.TxId ?? PmtId.InstrId ?? PmtId.UETR ?? `${GrpHdr.MsgId}\n${index}`,
      instructingAgent: InstgAgt?.FinInstnId.BICFI ?? DbtrAgt.FinInstnId.BICFI ?? '',
      currency: IntrBkSttlmAmt.Ccy,
      amount: IntrBkSttlmAmt.value,
      creditorIban: normalise(payment.CdtrAcct?.Id.IBAN ?? payment.CdtrAcct?.Id.Othr?.Id ?? '').slice(0, 34),
      creditorName: payment.Cdtr.Nm ?? '',
      debtorIban: normalise(payment.DbtrAcct?.Id.IBAN ?? payment.DbtrAcct?.Id.Othr?.Id ?? '').slice(0, 34),
      debtorName: payment.Dbtr.Nm ?? '',
      text: Array.from(said).slice(0, LONGEST_TEXT).join(''),
    };
  });
}
