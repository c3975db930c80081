// The terminals behind the switch: what they ask, how they behave when no answer comes, and what the network has settled with the bank.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Iso8583Message } from '#rules/iso8583/message.ts';
import { amountDigits, currencyDigits } from '#rules/iso8583/words.ts';

/** What a tester has a terminal ask. */
export interface Asked {
  /** 0100 and 0120 are authorised, 0200 is paid at once, 0220 completes what was authorised. */
  readonly type: '0100' | '0120' | '0200' | '0220';
  readonly cardNumber: string;
  readonly currency: string;
  readonly amount: string;
  readonly use?: 'withdrawal' | 'purchase' | 'online';
  readonly merchant?: string;
  readonly countryCode?: string;
  readonly expiry?: string;
  readonly partial?: boolean;
  /** Of a 0220: the trace of what it completes. */
  readonly completes?: string;
  /** TWICE: it is sent twice at once. SILENT: the answer gets lost, and it is reversed. REPEATED: so it does, and it is sent again. */
  readonly behaviour?: 'TWICE' | 'SILENT' | 'REPEATED';
}

/** What is to be taken back: the trace of what was asked, and what remains of it. */
export interface Reversal {
  readonly trace: string;
  readonly remaining?: string;
}

/** What came of it: the answer's code, how much it is about, and by what it is meant later. */
export interface Answered {
  readonly trace: string;
  readonly code: string;
  readonly amount: string;
}

/** Sends a message to the bank; answers what is answered, or undefined where nothing is for a while. */
export type Send = (message: Iso8583Message) => Promise<Iso8583Message | undefined>;

const ACQUIRER = '00000123456';
const PROCESSING = { withdrawal: '010000', purchase: '000000', online: '000000' };
const ENTRY = { withdrawal: '051', purchase: '051', online: '812' };
const AGAIN_MS = 200;

/** Terminals that send over one line. */
export class Terminals {
  readonly #send: Send;
  readonly #asked = new Map<string, Iso8583Message>();
  /** By trace: what the bank owes the network for it, in minor units. */
  readonly #settled = new Map<string, bigint>();
  #trace = 0;

  constructor(send: Send) {
    this.#send = send;
  }

  /** Has a terminal ask, as it behaves. */
  async ask(asked: Asked): Promise<Answered> {
    const message = this.#messageOf(asked);
    const trace = message.fields[11] ?? '';
    this.#asked.set(trace, message);
    const answer = await this.#behaving(message, asked.behaviour);
    const code = answer?.fields[39] ?? '';
    const amount = answer?.fields[4] ?? message.fields[4] ?? '0';
    const isPaid = (asked.type === '0200' || asked.type === '0220') && (code === '00' || code === '10');
    if (isPaid) this.#settled.set(asked.completes ?? trace, BigInt(amount));
    return { trace, code, amount: String(BigInt(amount)) };
  }

  /** Takes back what was asked, until the bank has said that it has heard. */
  async reverse({ trace, remaining = '0' }: Reversal): Promise<Answered> {
    const original = this.#asked.get(trace);
    if (!original) throw new Error(`nothing was asked by the trace ${trace}`);
    const { fields } = original;
    const meant = `${original.type}${trace}${fields[7]}${ACQUIRER}${ACQUIRER}`;
    const replacing = `${amountDigits(remaining)}${'0'.repeat(30)}`;
    const own = this.#stamp({ 3: fields[3] ?? '', 4: fields[4] ?? '', 49: fields[49] ?? '', 90: meant, 95: replacing });
    const answer = await this.#insisting({ type: '0420', fields: own });
    if (this.#settled.has(trace) && answer.fields[39] === '00')
      this.#settled.set(trace, BigInt(amountDigits(remaining)));
    return { trace, code: answer.fields[39] ?? '', amount: remaining };
  }

  /** What the bank owes the network, in minor units. */
  total(): bigint {
    return [...this.#settled.values()].reduce((sum, one) => sum + one, 0n);
  }

  async #behaving(message: Iso8583Message, behaviour: Asked['behaviour']): Promise<Iso8583Message | undefined> {
    if (behaviour === 'TWICE') {
      const [first, second] = await Promise.all([this.#insisting(message), this.#insisting(message)]);
      if (JSON.stringify(first) !== JSON.stringify(second)) throw new Error('the same was answered in two ways');
      return first;
    }
    if (behaviour === 'SILENT') {
      await this.#send(message);
      await this.reverse({ trace: message.fields[11] ?? '' });
      return undefined;
    }
    if (behaviour === 'REPEATED') await this.#send(message);
    return this.#insisting(message);
  }

  /** Sends, and again as a repeat, until there is an answer. */
  async #insisting(message: Iso8583Message): Promise<Iso8583Message> {
    for (let type = message.type; ; type = `${message.type.slice(0, 3)}1`) {
      const answer = await this.#send({ ...message, type });
      if (answer) return answer;
      await sleep(AGAIN_MS);
    }
  }

  #messageOf(asked: Asked): Iso8583Message {
    const { use = 'purchase', merchant = 'A SHOP', countryCode = 'CZ', completes } = asked;
    const original = completes === undefined ? undefined : this.#asked.get(completes);
    const currency = currencyDigits(asked.currency);
    if (currency === undefined) throw new Error(`the switch has no currency ${asked.currency}`);
    const own = this.#stamp({
      2: asked.cardNumber,
      3: PROCESSING[use],
      4: amountDigits(asked.amount),
      22: ENTRY[use],
      43: `${merchant.padEnd(25).slice(0, 25)}${'PRAHA'.padEnd(13)}${countryCode}`,
      49: currency,
      60: asked.partial ? '1' : '0',
      ...(asked.expiry && { 14: asked.expiry }),
    });
    // What completes something has its retrieval reference.
    const reference = original?.fields[37] ?? (own[11] ?? '').padStart(12, '0');
    return { type: asked.type, fields: { ...own, 37: reference } };
  }

  #stamp(fields: Record<number, string>): Record<number, string> {
    this.#trace += 1;
    const time = new Date().toISOString().replace(/\D/g, '').slice(4, 14);
    return { ...fields, 7: time, 11: String(this.#trace).padStart(6, '0'), 32: ACQUIRER };
  }
}
