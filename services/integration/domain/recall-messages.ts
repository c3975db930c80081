// How payments are asked back (camt.056), and what is answered (camt.029), one payment a message. Pure functions.
import type { Content, Message } from '#rules/iso20022/definitions.ts';
import type { Making, Said } from './scheme-messages.ts';

const agent = (bic: string) => ({ FinInstnId: { BICFI: bic } });
const party = (bic: string) => ({ Agt: bic === '' ? { FinInstnId: { Othr: { Id: 'NOTPROVIDED' } } } : agent(bic) });

/** The camt.056 by which a payment of ours is asked back: `original` is as it was sent. */
export function recallMessage(
  { id, isoReason }: { readonly id: string; readonly isoReason: string },
  { GrpHdr, CdtTrfTxInf: [payment] }: Content<'pacs.008.001.09'>,
  { time, bic }: Making,
): Message<'camt.056.001.10'> {
  const recalled = {
    CxlId: id,
    OrgnlGrpInf: { OrgnlMsgId: GrpHdr.MsgId, OrgnlMsgNmId: 'pacs.008.001.09' },
    OrgnlEndToEndId: payment?.PmtId.EndToEndId,
    OrgnlTxId: payment?.PmtId.TxId,
    OrgnlIntrBkSttlmAmt: payment?.IntrBkSttlmAmt,
    OrgnlIntrBkSttlmDt: GrpHdr.IntrBkSttlmDt,
    CxlRsnInf: [{ Rsn: { Cd: isoReason } }],
  };
  return {
    name: 'camt.056.001.10',
    content: {
      // Whose the creditor's bank is, the scheme knows from the payment.
      Assgnmt: { Id: id, Assgnr: party(bic), Assgne: party(''), CreDtTm: time },
      Undrlyg: [{ TxInf: [recalled] }],
    },
  };
}

/** What another bank asks back. */
export interface Recalled {
  readonly assignmentIdentification: string;
  readonly cancellationIdentification: string;
  readonly originalMessageIdentification: string;
  readonly originalTransactionIdentification: string;
  /** The bank that asks. */
  readonly agent: string;
  readonly isoReason: string;
}

/** The payments that a camt.056 asks back. */
export function recalledPayments({ Assgnmt, Undrlyg }: Content<'camt.056.001.10'>): Recalled[] {
  return Undrlyg.flatMap(({ OrgnlGrpInfAndCxl, TxInf = [] }) =>
    TxInf.map((payment) => ({
      assignmentIdentification: Assgnmt.Id,
      cancellationIdentification: payment.CxlId ?? Assgnmt.Id,
      originalMessageIdentification: payment.OrgnlGrpInf?.OrgnlMsgId ?? OrgnlGrpInfAndCxl?.OrgnlMsgId ?? '',
      originalTransactionIdentification: payment.OrgnlTxId ?? payment.OrgnlInstrId ?? '',
      agent: ('Agt' in Assgnmt.Assgnr && Assgnmt.Assgnr.Agt?.FinInstnId.BICFI) || '',
      isoReason: codeOf(payment.CxlRsnInf),
    })),
  );
}

/** The camt.029 by which the bank answers. */
export function recallAnswer(
  recall: Recalled & { readonly id: string; readonly accepted: boolean; readonly answerReason: string },
  { time, bic }: Making,
): Message<'camt.029.001.11'> {
  const { id, accepted, answerReason } = recall;
  const status = {
    CxlStsId: recall.cancellationIdentification,
    ...(recall.originalMessageIdentification !== '' && {
      OrgnlGrpInf: { OrgnlMsgId: recall.originalMessageIdentification, OrgnlMsgNmId: 'pacs.008.001.09' },
    }),
    ...(recall.originalTransactionIdentification !== '' && { OrgnlTxId: recall.originalTransactionIdentification }),
    TxCxlSts: accepted ? ('ACCR' as const) : ('RJCR' as const),
    ...(answerReason !== '' && { CxlStsRsnInf: [{ Rsn: { Cd: answerReason } }] }),
  };
  return {
    name: 'camt.029.001.11',
    content: {
      // The same answer each time, so that it is one to whoever hears it twice.
      Assgnmt: { Id: id, Assgnr: party(bic), Assgne: party(recall.agent), CreDtTm: time },
      Sts: { Conf: accepted ? 'CNCL' : 'RJCR' },
      CxlDtls: [{ TxInfAndSts: [status] }],
    },
  };
}

/** What a camt.029 says of payments of ours; `id` is the payment's. What says nothing for good (PDCR) is left out. */
export function saidByAnswer({ CxlDtls = [] }: Content<'camt.029.001.11'>): Said[] {
  return CxlDtls.flatMap(({ TxInfAndSts = [] }) =>
    TxInfAndSts.flatMap(({ OrgnlTxId, OrgnlGrpInf, TxCxlSts, CxlStsRsnInf }): Said[] => {
      const id = OrgnlTxId ?? OrgnlGrpInf?.OrgnlMsgId ?? '';
      if (TxCxlSts === 'ACCR') return [{ id, state: 'settled', isoReason: '' }];
      return TxCxlSts === 'RJCR' ? [{ id, state: 'failed', isoReason: codeOf(CxlStsRsnInf) }] : [];
    }),
  );
}

/** The first reason as a code of ISO; empty where it is none. */
function codeOf(reasons: readonly { readonly Rsn?: { readonly Cd?: string | undefined } | undefined }[] = []): string {
  const code = reasons[0]?.Rsn?.Cd ?? '';
  return /^[A-Z0-9]{4}$/.test(code) ? code : '';
}
