// What the other banks say, in the messages of ISO 20022.
import { toDecimal } from '#chassis/money.ts';
import type { Message } from '#rules/iso20022/definitions.ts';
import type { Entry, Payment, ToPay } from './clearing.ts';

const BIC = 'SIMUCZPP';
const OWN_BIC = 'BANKCZPP';
const OTHER_IBAN = 'DE89370400440532013000';
const SETTLEMENT = { SttlmMtd: 'CLRG' } as const;
const agent = (bic: string) => ({ FinInstnId: { BICFI: bic } });
const now = () => new Date().toISOString();

/** What became of a payment of the bank, by a pacs.002. */
export function statusMessage(id: string, endToEnd: string, rejects: string | undefined): Message<'pacs.002.001.11'> {
  const status = {
    OrgnlGrpInf: { OrgnlMsgId: id, OrgnlMsgNmId: 'pacs.008.001.09' },
    OrgnlEndToEndId: endToEnd,
    OrgnlTxId: id,
    TxSts: rejects === undefined ? 'ACSC' : 'RJCT',
    ...(rejects !== undefined && { StsRsnInf: [{ Rsn: { Cd: rejects } }] }),
  };
  const header = { MsgId: `S${id}`.slice(0, 35), CreDtTm: now(), InstgAgt: agent(BIC) };
  return { name: 'pacs.002.001.11', content: { GrpHdr: header, TxInfAndSts: [status] } };
}

/** A payment of the bank goes back, by a pacs.004. */
export function returnMessage(
  id: string,
  { currency, minor, endToEnd }: Payment,
  reason: string,
): Message<'pacs.004.001.10'> {
  const value = toDecimal({ currency, minor: BigInt(minor) });
  const header = {
    MsgId: `R${id}`.slice(0, 35),
    CreDtTm: now(),
    NbOfTxs: '1',
    SttlmInf: SETTLEMENT,
    InstgAgt: agent(BIC),
  };
  const returned = {
    RtrId: `R${id}`.slice(0, 35),
    OrgnlGrpInf: { OrgnlMsgId: id, OrgnlMsgNmId: 'pacs.008.001.09' },
    OrgnlEndToEndId: endToEnd,
    OrgnlTxId: id,
    RtrdIntrBkSttlmAmt: { Ccy: currency, value },
    RtrRsnInf: [{ Rsn: { Cd: reason } }],
  };
  return { name: 'pacs.004.001.10', content: { GrpHdr: header, TxInf: [returned] } };
}

const party = (bic: string) => ({ Agt: agent(bic) });

/** A payment to the bank is asked back, by a camt.056. */
export function recallMessage(id: string, reason: string): Message<'camt.056.001.10'> {
  const recalled = {
    CxlId: `C-${id}`.slice(0, 35),
    OrgnlGrpInf: { OrgnlMsgId: `M-${id}`.slice(0, 35), OrgnlMsgNmId: 'pacs.008.001.09' },
    OrgnlTxId: id,
    CxlRsnInf: [{ Rsn: { Cd: reason } }],
  };
  const assignment = { Id: `C-${id}`.slice(0, 35), Assgnr: party(BIC), Assgne: party(OWN_BIC), CreDtTm: now() };
  return { name: 'camt.056.001.10', content: { Assgnmt: assignment, Undrlyg: [{ TxInf: [recalled] }] } };
}

/** What is answered to a recall of the bank, by a camt.029. */
export function recallAnswer(
  cancellation: string,
  id: string,
  refusal: string | undefined,
): Message<'camt.029.001.11'> {
  const isRefused = refusal !== undefined;
  const status = {
    CxlStsId: cancellation,
    OrgnlTxId: id,
    TxCxlSts: isRefused ? ('RJCR' as const) : ('ACCR' as const),
    ...(isRefused && { CxlStsRsnInf: [{ Rsn: { Cd: refusal } }] }),
  };
  const assignment = { Id: `A${id}`.slice(0, 35), Assgnr: party(BIC), Assgne: party(OWN_BIC), CreDtTm: now() };
  return {
    name: 'camt.029.001.11',
    content: { Assgnmt: assignment, Sts: { Conf: isRefused ? 'RJCR' : 'CNCL' }, CxlDtls: [{ TxInfAndSts: [status] }] },
  };
}

/** A payment to the bank, by a pacs.008. */
export function incomingMessage(payment: Omit<ToPay, 'times'>): Message<'pacs.008.001.09'> {
  const { id, creditorIban, creditorName = 'Unknown', debtorName = 'Max Mustermann', currency, amount, text } = payment;
  const transaction = {
    PmtId: { EndToEndId: `E-${id}`.slice(0, 35), TxId: id },
    IntrBkSttlmAmt: { Ccy: currency, value: amount },
    ChrgBr: 'SLEV' as const,
    Dbtr: { Nm: debtorName },
    DbtrAcct: { Id: { IBAN: OTHER_IBAN } },
    DbtrAgt: agent(BIC),
    CdtrAgt: { FinInstnId: { Othr: { Id: 'NOTPROVIDED' } } },
    Cdtr: { Nm: creditorName },
    CdtrAcct: { Id: { IBAN: creditorIban } },
    ...(text !== undefined && { RmtInf: { Ustrd: [text] } }),
  };
  const header = {
    MsgId: `M-${id}`.slice(0, 35),
    CreDtTm: now(),
    NbOfTxs: '1',
    SttlmInf: SETTLEMENT,
    InstgAgt: agent(BIC),
  };
  return { name: 'pacs.008.001.09', content: { GrpHdr: header, CdtTrfTxInf: [transaction] } };
}

/** What a statement says. */
export interface Stated {
  readonly id: string;
  readonly currency: string;
  readonly date: string;
  readonly opening: bigint;
  readonly closing: bigint;
  readonly entries: readonly Entry[];
  /** All payments of the bank as one entry. */
  readonly batch: boolean;
}

/** The statement of the bank's account, by a camt.053. */
export function statementMessage(stated: Stated): Message<'camt.053.001.08'> {
  const { id, currency, date, opening, closing, entries, batch } = stated;
  const sided = (minor: bigint) => ({
    Amt: { Ccy: currency, value: toDecimal({ currency, minor: minor < 0n ? -minor : minor }) },
    CdtDbtInd: minor < 0n ? ('DBIT' as const) : ('CRDT' as const),
  });
  const balance = (code: string, minor: bigint) => {
    return { Tp: { CdOrPrtry: { Cd: code } }, ...sided(minor), Dt: { Dt: date } };
  };
  const isPaid = ({ id: payment, minor }: Entry) => batch && payment.startsWith('pmo_') && minor.startsWith('-');
  const paid = entries.filter(isPaid);
  const groups = [...(paid.length > 0 ? [paid] : []), ...entries.filter((one) => !isPaid(one)).map((one) => [one])];
  const said = groups.map((group, index) => ({
    NtryRef: String(index + 1),
    ...sided(group.reduce((sum, { minor }) => sum + BigInt(minor), 0n)),
    Sts: { Cd: 'BOOK' },
    BookgDt: { Dt: date },
    AcctSvcrRef: `${id}-${index + 1}`.slice(0, 35),
    BkTxCd: { Prtry: { Cd: 'SETTLEMENT' } },
    NtryDtls: [{ TxDtls: group.map((one) => ({ Refs: { TxId: one.id } })) }],
  }));
  const statement = {
    Id: id,
    CreDtTm: now(),
    Acct: { Id: { Othr: { Id: 'SETTLEMENT' } }, Ccy: currency },
    Bal: [balance('OPBD', opening), balance('CLBD', closing)],
    ...(said.length > 0 && { Ntry: said }),
  };
  return { name: 'camt.053.001.08', content: { GrpHdr: { MsgId: id, CreDtTm: now() }, Stmt: [statement] } };
}
