// The other side of payments: what a scheme and the banks behind it know. It settles what comes, says what became of it through a mailbox,
// and keeps the bank's position, so that both sides can be held against each other.
import { fromMoney, toDecimal } from '#chassis/money.ts';
import type { Content, Message } from '#rules/iso20022/definitions.ts';
import { writeMessage } from '#rules/iso20022/writer.ts';
import { behaviourOf } from './behaviour.ts';
import {
  incomingMessage,
  recallAnswer,
  recallMessage,
  returnMessage,
  statementMessage,
  statusMessage,
} from './messages.ts';

/** A payment of the bank, by its identification. */
export interface Payment {
  readonly currency: string;
  /** Minor units as a plain number in text. */
  readonly minor: string;
  readonly name: string;
  readonly endToEnd: string;
  asked: number;
  outcome: 'settled' | 'rejected' | '';
  returned: boolean;
}

/** A payment to the bank. */
interface Incoming {
  readonly currency: string;
  readonly minor: string;
  outcome: 'accepted' | 'rejected' | '';
  reason: string;
  returned: boolean;
  /** What the bank answered when it was asked back: `ACCR`, or `RJCR CUST`. */
  recall?: string;
}

/** What moved the bank's money here, in its order. */
export interface Entry {
  readonly id: string;
  readonly currency: string;
  /** Minor units in text: more is the bank's. */
  readonly minor: string;
  /** Whether a statement has said so. */
  told: boolean;
}

/** Everything that is kept, in plain JSON. */
export interface State {
  readonly payments: Record<string, Payment>;
  readonly incoming: Record<string, Incoming>;
  /** Messages that the bank has not acknowledged. */
  mailbox: { readonly number: number; readonly content: string }[];
  lastNumber: number;
  entries: Entry[];
  /** At what the last statement of each currency ended, and how many there were. */
  closings: Record<string, string>;
  statements: number;
}

export const EMPTY: State = {
  payments: {},
  incoming: {},
  mailbox: [],
  lastNumber: 0,
  entries: [],
  closings: {},
  statements: 0,
};

/** What to pay to an account of the bank. */
export interface ToPay {
  readonly id: string;
  readonly creditorIban: string;
  readonly creditorName?: string;
  readonly debtorName?: string;
  readonly currency: string;
  readonly amount: string;
  readonly text?: string;
  /** How often it is delivered: once, unless told otherwise. */
  readonly times?: number;
}

/** Which payment to the bank to ask back. */
export interface ToRecall {
  readonly id: string;
  /** In ISO's codes: DUPL, unless told otherwise. */
  readonly reason?: string;
  readonly times?: number;
}

/** Of what to write a statement. */
export interface ToState {
  readonly currency: string;
  /** Its day, YYYY-MM-DD: today, unless told otherwise. */
  readonly date?: string;
  /** All payments of the bank as one entry. */
  readonly batch?: boolean;
  /** So many of the last entries it does not say. */
  readonly forget?: number;
  /** An entry that nobody knows of, of this amount. */
  readonly invent?: string;
}

/** What a message was answered: taken, not taken now, or taken without a word. */
export type Taken = 'taken' | 'busy' | 'deaf';

/** The clearing, over what it knows. */
export class Clearing {
  readonly state: State;

  constructor(state: State) {
    this.state = { ...structuredClone(EMPTY), ...state };
  }

  /** Takes a message of the bank. */
  take(message: Message): Taken {
    switch (message.name) {
      case 'pacs.008.001.09':
        return this.#takePayment(message.content);
      case 'pacs.004.001.10':
        return this.#takeReturn(message.content);
      case 'pacs.002.001.11':
        return this.#takeAnswer(message.content);
      case 'camt.056.001.10':
        return this.#takeRecall(message.content);
      case 'camt.029.001.11':
        return this.#takeRecallAnswer(message.content);
      default:
        return 'taken';
    }
  }

  /** Pays to an account of the bank; the same id is one payment. */
  pay({ id, currency, amount, times = 1, ...people }: ToPay): void {
    const { minor } = fromMoney({ currencyCode: currency, amount });
    this.state.incoming[id] ??= { currency, minor: String(minor), outcome: '', reason: '', returned: false };
    const message = incomingMessage({ id, currency, amount, ...people });
    for (let count = 0; count < times; count += 1) this.#say(message);
  }

  /** Asks a payment to the bank back, as often as it is told to. */
  recall({ id, reason = 'DUPL', times = 1 }: ToRecall): void {
    for (let count = 0; count < times; count += 1) this.#say(recallMessage(id, reason));
  }

  /** Writes the statement of the bank's account (camt.053) of what no statement has said yet. */
  statement({
    currency,
    date = new Date().toISOString().slice(0, 10),
    batch = false,
    forget = 0,
    invent,
  }: ToState): void {
    if (invent !== undefined) {
      const { minor } = fromMoney({ currencyCode: currency, amount: invent });
      this.state.entries.push({
        id: `invented-${this.state.entries.length}`,
        currency,
        minor: String(minor),
        told: false,
      });
    }
    const untold = this.state.entries.filter((one) => one.currency === currency && !one.told);
    const said = untold.slice(0, untold.length - forget);
    for (const one of said) one.told = true;
    const opening = BigInt(this.state.closings[currency] ?? '0');
    const closing = said.reduce((sum, { minor }) => sum + BigInt(minor), opening);
    this.state.closings[currency] = String(closing);
    this.state.statements += 1;
    const id = `ST-${currency}-${this.state.statements}`;
    this.#say(statementMessage({ id, currency, date, opening, closing, entries: said, batch }));
  }

  #move(id: string, { currency, minor }: { readonly currency: string; readonly minor: string }, sign: bigint): void {
    this.state.entries.push({ id, currency, minor: String(sign * BigInt(minor)), told: false });
  }

  /** The first message that the bank has not acknowledged. */
  waiting() {
    return this.state.mailbox[0];
  }

  acknowledge(number: number): void {
    this.state.mailbox = this.state.mailbox.filter((one) => one.number !== number);
  }

  /** What the bank has with the scheme, by currency, as decimals: less for what it paid, more for what it was paid. */
  positions(): Record<string, string> {
    const positions = new Map<string, bigint>();
    const add = (currency: string, minor: bigint) => positions.set(currency, (positions.get(currency) ?? 0n) + minor);
    for (const { currency, minor, outcome, returned } of Object.values(this.state.payments)) {
      if (outcome === 'settled' && !returned) add(currency, -BigInt(minor));
    }
    for (const { currency, minor, outcome, returned } of Object.values(this.state.incoming)) {
      if (outcome === 'accepted' && !returned) add(currency, BigInt(minor));
    }
    return Object.fromEntries([...positions].map(([currency, minor]) => [currency, toDecimal({ currency, minor })]));
  }

  #takePayment({ CdtTrfTxInf }: Content<'pacs.008.001.09'>): Taken {
    let taken: Taken = 'taken';
    for (const { PmtId, IntrBkSttlmAmt, Cdtr } of CdtTrfTxInf) {
      const id = PmtId.TxId ?? PmtId.EndToEndId;
      const { minor } = fromMoney({ currencyCode: IntrBkSttlmAmt.Ccy, amount: IntrBkSttlmAmt.value });
      const people = { name: Cdtr.Nm ?? '', endToEnd: PmtId.EndToEndId };
      const fresh: Payment = {
        currency: IntrBkSttlmAmt.Ccy,
        minor: String(minor),
        ...people,
        asked: 0,
        outcome: '',
        returned: false,
      };
      const known = this.state.payments[id] ?? fresh;
      this.state.payments[id] = known;
      known.asked += 1;
      const { busyFor, deafFor, silentFor, ...behaviour } = behaviourOf(known.name);
      if (known.asked <= busyFor) return 'busy';
      if (known.asked <= deafFor) taken = 'deaf';
      const isFirst = known.outcome === '';
      if (isFirst && behaviour.rejects === undefined) this.#move(id, known, -1n);
      known.outcome = behaviour.rejects === undefined ? 'settled' : 'rejected';
      // Whoever asks again hears the same again.
      if (known.asked > silentFor) this.#say(statusMessage(id, known.endToEnd, behaviour.rejects), behaviour.twice);
      if (!isFirst || behaviour.returns === undefined) continue;
      known.returned = true;
      this.#move(id, known, 1n);
      this.#say(returnMessage(id, known, behaviour.returns), behaviour.twice);
    }
    return taken;
  }

  #takeReturn({ GrpHdr, TxInf = [] }: Content<'pacs.004.001.10'>): Taken {
    for (const { OrgnlTxId = '' } of TxInf) {
      const known = this.state.incoming[OrgnlTxId];
      if (known && !known.returned) {
        known.returned = true;
        this.#move(OrgnlTxId, known, -1n);
      }
    }
    this.#say(statusMessage(GrpHdr.MsgId, 'NOTPROVIDED', undefined));
    return 'taken';
  }

  #takeAnswer({ TxInfAndSts = [] }: Content<'pacs.002.001.11'>): Taken {
    for (const { OrgnlTxId = '', TxSts, StsRsnInf } of TxInfAndSts) {
      const known = this.state.incoming[OrgnlTxId];
      if (known?.outcome !== '') continue;
      known.outcome = TxSts === 'RJCT' ? 'rejected' : 'accepted';
      known.reason = StsRsnInf?.[0]?.Rsn?.Cd ?? '';
      if (known.outcome === 'accepted') this.#move(OrgnlTxId, known, 1n);
    }
    return 'taken';
  }

  /** What is asked back is given back, unless its creditor keeps it. The same again is answered the same. */
  #takeRecall({ Undrlyg }: Content<'camt.056.001.10'>): Taken {
    for (const { OrgnlTxId: id = '', CxlId = '' } of Undrlyg.flatMap(({ TxInf = [] }) => TxInf)) {
      const known = this.state.payments[id];
      const { keeps, twice } = behaviourOf(known?.name ?? '');
      const refusal = known?.outcome === 'settled' ? keeps : 'NOOR';
      this.#say(recallAnswer(CxlId, id, refusal), twice);
      if (!known || refusal !== undefined || known.returned) continue;
      known.returned = true;
      this.#move(id, known, 1n);
      this.#say(returnMessage(id, known, 'FOCR'), twice);
    }
    return 'taken';
  }

  #takeRecallAnswer({ CxlDtls = [] }: Content<'camt.029.001.11'>): Taken {
    for (const { OrgnlTxId = '', TxCxlSts, CxlStsRsnInf } of CxlDtls.flatMap(({ TxInfAndSts = [] }) => TxInfAndSts)) {
      const known = this.state.incoming[OrgnlTxId];
      if (known) known.recall = [TxCxlSts, CxlStsRsnInf?.[0]?.Rsn?.Cd].filter(Boolean).join(' ');
    }
    return 'taken';
  }

  #say(message: Message, twice = false): void {
    for (let count = 0; count < (twice ? 2 : 1); count += 1) {
      this.state.lastNumber += 1;
      this.state.mailbox.push({ number: this.state.lastNumber, content: writeMessage(message) });
    }
  }
}
