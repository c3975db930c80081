// What became of a file of payments, as pain.002. A pure function of what is known of it.
import type { Content, Message } from '#rules/iso20022/definitions.ts';
import { isoReason, type Outcome, type Payment } from './payments.ts';

/** A payment, and what became of it; nothing yet where it has not come to it. */
export interface Reported {
  readonly payment: Pick<Payment, 'groupId' | 'instructionId' | 'endToEndId'>;
  readonly outcome: Outcome | undefined;
  /** Where a payment to another bank is by now, if it has left. */
  readonly sent?: Sent | undefined;
}

/** Where a payment to another bank is. */
export interface Sent {
  readonly state: 'queued' | 'sent' | 'settled' | 'failed' | 'returned' | 'withdrawn';
  readonly isoReason: string;
  /** Why it was never sent; empty of what was. */
  readonly reason: string;
}

/** A file, as far as it is told. */
export interface ReportedFile {
  readonly state: 'processing' | 'done' | 'refused';
  readonly messageId: string;
  readonly messageCreateTime: string;
  readonly counts: {
    readonly payments: number;
    readonly booked: number;
    readonly pending: number;
    readonly refused: number;
  };
  /** Of the pending ones, how many of those to other banks are where by now. */
  readonly sent?: Partial<Record<Sent['state'], number>>;
  readonly refusal: { readonly reason: string; readonly path: string };
}

type Report = Content<'pain.002.001.10'>;
type ReportedPayment = NonNullable<NonNullable<Report['OrgnlPmtInfAndSts']>[number]['TxInfAndSts']>[number];

/** The message about payments of a file that follow each other. */
export function statusReport(
  file: ReportedFile,
  reported: readonly Reported[],
  { id, time }: { readonly id: string; readonly time: string },
): Message<'pain.002.001.10'> {
  const { counts, refusal, messageId, messageCreateTime } = file;
  const statuses = statusesOf(file);
  const content: Report = {
    GrpHdr: { MsgId: id, CreDtTm: time },
    OrgnlGrpInfAndSts: {
      OrgnlMsgId: messageId || 'NOTPROVIDED',
      OrgnlMsgNmId: 'pain.001.001.09',
      ...(messageCreateTime !== '' && { OrgnlCreDtTm: messageCreateTime }),
      ...(counts.payments > 0 && { OrgnlNbOfTxs: String(counts.payments) }),
      GrpSts: groupStatus(file, statuses),
      ...(file.state === 'refused' && {
        StsRsnInf: [
          {
            Rsn: { Cd: refusal.reason === 'DUPLICATE_MESSAGE_ID' ? 'DU01' : 'FF01' },
            AddtlInf: informationOf(refusal),
          },
        ],
      }),
      NbOfTxsPerSts: Object.entries(statuses).flatMap(([DtldSts, count]) =>
        count > 0 ? [{ DtldNbOfTxs: String(count), DtldSts }] : [],
      ),
    },
    OrgnlPmtInfAndSts: groupsOf(reported),
  };
  return { name: 'pain.002.001.10', content: withoutEmpty(content) };
}

type Statuses = Readonly<Record<'ACSC' | 'ACSP' | 'PDNG' | 'CANC' | 'RJCT', number>>;

/** How many payments of a file are where. */
function statusesOf({ counts, sent = {} }: ReportedFile): Statuses {
  const of = (...states: Sent['state'][]) => states.reduce((sum, state) => sum + (sent[state] ?? 0), 0);
  const left = of('queued', 'sent', 'settled', 'failed', 'returned', 'withdrawn');
  return {
    ACSC: counts.booked + of('settled'),
    ACSP: of('queued', 'sent'),
    PDNG: counts.pending - left,
    CANC: of('withdrawn'),
    RJCT: counts.refused + of('failed', 'returned'),
  };
}

function groupStatus({ state, counts: { payments } }: ReportedFile, { ACSC, ACSP, CANC, RJCT }: Statuses): string {
  if (state === 'refused' || (state === 'done' && RJCT === payments)) return 'RJCT';
  if (state === 'processing') return 'ACCP';
  if (ACSC === payments) return 'ACSC';
  if (RJCT > 0 || CANC > 0) return 'PART';
  return ACSC + ACSP === payments ? 'ACSP' : 'PDNG';
}

function informationOf({ reason, path }: ReportedFile['refusal']): string[] {
  return [reason, ...(path.match(/.{1,105}/g) ?? [])];
}

/** Payments that stand in one group of the file stand in one here. */
function groupsOf(reported: readonly Reported[]): NonNullable<Report['OrgnlPmtInfAndSts']> {
  const groups: { OrgnlPmtInfId: string; TxInfAndSts: ReportedPayment[] }[] = [];
  for (const { payment, outcome, sent } of reported) {
    const last = groups.at(-1);
    const told = toldOf(payment, outcome, sent);
    if (last?.OrgnlPmtInfId === payment.groupId) last.TxInfAndSts.push(told);
    else groups.push({ OrgnlPmtInfId: payment.groupId, TxInfAndSts: [told] });
  }
  return groups;
}

const STATUS = { booked: 'ACSC', pending: 'PDNG', refused: 'RJCT' } as const;

const OF_SENT = {
  queued: 'ACSP',
  sent: 'ACSP',
  settled: 'ACSC',
  failed: 'RJCT',
  returned: 'RJCT',
  withdrawn: 'CANC',
} as const;
/** Why what left came to nothing, in the words of the payment order. */
const OF_END: Partial<Record<Sent['state'], string>> = {
  failed: 'SCHEME_REJECTED',
  returned: 'SCHEME_RETURNED',
  withdrawn: 'RECALLED',
};

function toldOf(
  { instructionId, endToEndId }: Reported['payment'],
  outcome: Outcome | undefined,
  sent: Sent | undefined,
): ReportedPayment {
  const { transactionId, reason = sent && (sent.reason || OF_END[sent.state]) } = outcome ?? {};
  const code = sent?.isoReason || (sent?.state === 'withdrawn' ? 'CUST' : isoReason(reason ?? ''));
  return {
    ...(instructionId !== undefined && { OrgnlInstrId: instructionId }),
    OrgnlEndToEndId: endToEndId,
    TxSts: sent ? OF_SENT[sent.state] : outcome ? STATUS[outcome.state] : 'ACCP',
    ...(reason !== undefined && { StsRsnInf: [{ Rsn: { Cd: code }, AddtlInf: [reason.slice(0, 105)] }] }),
    ...(transactionId !== undefined && { AcctSvcrRef: transactionId }),
  };
}

/** A list without anything in it is an element that is not there. */
function withoutEmpty({ OrgnlPmtInfAndSts = [], OrgnlGrpInfAndSts, ...content }: Report): Report {
  const { NbOfTxsPerSts = [], ...group } = OrgnlGrpInfAndSts;
  return {
    ...content,
    OrgnlGrpInfAndSts: { ...group, ...(NbOfTxsPerSts.length > 0 && { NbOfTxsPerSts }) },
    ...(OrgnlPmtInfAndSts.length > 0 && { OrgnlPmtInfAndSts }),
  };
}
