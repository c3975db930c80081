// Messages of a card switch (ISO 8583) as what transaction is asked: pure. Which elements mean what stands in
// tools/card-switch-simulator/README.md.

import { CardUse } from '#gen/bank/transaction/v1/card_authorization_pb.ts';
import type { Iso8583Message } from '#rules/iso8583/message.ts';
import { amountDigits, amountOf, originalOf, withYear } from '#rules/iso8583/words.ts';

/** By what a message is told from all others, as transaction's contract writes it. */
export interface MessageKey {
  readonly acquirer: string;
  readonly traceNumber: string;
  readonly transmissionTime: string;
}

/** What a message says of a payment. */
export interface CardPayment {
  readonly key: MessageKey;
  readonly cardNumber: string;
  readonly amount: { readonly currencyCode: string; readonly amount: string };
  readonly use: CardUse;
  readonly merchant: string;
  readonly retrievalReference: string;
  readonly expiry: string;
  readonly countryCode: string;
  readonly partialAllowed: boolean;
  /** Of a completion: what was authorised for it, where it says so. */
  readonly authorizationKey: MessageKey | undefined;
}

/** What a message says of a reversal. */
export interface CardReversal {
  readonly authorizationKey: MessageKey;
  /** Absent: nothing remains. */
  readonly remainingAmount: CardPayment['amount'] | undefined;
}

/** The message says what is no use to the bank; the response code says why. */
export class Unusable extends Error {
  readonly code: string;

  constructor(code: string) {
    super(`answered ${code}`);
    this.code = code;
  }
}

/** The type of the answer to a message: 0110 to 0100 and to its repeat, 0101. */
export function answerType(type: string): string {
  return `${type.slice(0, 2)}${Number(type[2]) + 1}0`;
}

/** A key under which the bank does what a message asks, once: the same for its repeats, and another one a year later. */
export function requestIdOf(message: Iso8583Message, nowMs = Date.now()): string {
  const { acquirer, traceNumber, transmissionTime } = keyOf(message);
  return `8583/${message.type.slice(0, 3)}/${acquirer}/${traceNumber}/${withYear(transmissionTime, nowMs)}`;
}

/** A message's own key. */
export function keyOf({ fields }: Iso8583Message): MessageKey {
  return {
    acquirer: withoutZeros(required(fields, 32)),
    traceNumber: required(fields, 11),
    transmissionTime: required(fields, 7),
  };
}

/** Reads what is asked to be paid. Throws Unusable. */
export function paymentOf(message: Iso8583Message): CardPayment {
  const { fields } = message;
  const place = fields[43] ?? '';
  return {
    key: keyOf(message),
    cardNumber: required(fields, 2),
    amount: amountIn(message, required(fields, 4)),
    use: useOf(message),
    merchant: [place.slice(0, 25).trim(), place.slice(25, 38).trim()].filter(Boolean).join(', '),
    countryCode: /^[A-Z]{2}$/.test(place.slice(38)) ? place.slice(38) : '',
    retrievalReference: (fields[37] ?? '').trim(),
    expiry: fields[14] ?? '',
    partialAllowed: fields[60]?.startsWith('1') ?? false,
    authorizationKey: fields[90] === undefined ? undefined : meant(fields[90]),
  };
}

/** Reads what is asked to be taken back. Throws Unusable. */
export function reversalOf(message: Iso8583Message): CardReversal {
  const { fields } = message;
  const replacing = fields[95]?.slice(0, 12) ?? '';
  const remains = /^[0-9]{12}$/.test(replacing) && /[1-9]/.test(replacing);
  return {
    authorizationKey: meant(required(fields, 90)),
    remainingAmount: remains ? amountIn(message, replacing) : undefined,
  };
}

/** The answer to a message: what it said that the other side knows it by, and the response code. Never the number of the card. */
export function answerTo(
  { type, fields }: Iso8583Message,
  code: string,
  more: { readonly approvalCode?: string; readonly amount?: string } = {},
): Iso8583Message {
  const kept = [3, 4, 7, 11, 32, 37, 41, 49, 70].flatMap((number) => {
    const value = fields[number];
    return value === undefined ? [] : [[number, value] as const];
  });
  return {
    type: answerType(type),
    fields: {
      ...Object.fromEntries(kept),
      ...(more.amount && { 4: amountDigits(more.amount) }),
      ...(more.approvalCode && { 38: more.approvalCode }),
      39: code,
    },
  };
}

function required(fields: Iso8583Message['fields'], number: number): string {
  const value = fields[number];
  if (value === undefined || value === '') throw new Unusable('30');
  return value;
}

/** Of the message that is meant: its type does not tell it apart. */
function meant(element: string): MessageKey {
  const { type: _type, ...key } = originalOf(element);
  return key;
}

function amountIn({ fields }: Iso8583Message, digits: string): CardPayment['amount'] {
  const amount = amountOf(digits, fields[49] ?? '');
  // In a currency that the bank keeps no accounts in, or of nothing.
  if (!amount) throw new Unusable('12');
  if (!/[1-9]/.test(digits)) throw new Unusable('13');
  return amount;
}

function useOf({ fields }: Iso8583Message): CardUse {
  const [asked, entered] = [required(fields, 3).slice(0, 2), (fields[22] ?? '').slice(0, 2)];
  if (asked === '01') return CardUse.WITHDRAWAL;
  // Refunds, transfers and inquiries by card are not offered.
  if (asked !== '00') throw new Unusable('40');
  return entered === '01' || entered === '81' ? CardUse.ONLINE : CardUse.PURCHASE;
}

function withoutZeros(digits: string): string {
  return digits.replace(/^0+(?=.)/, '');
}
