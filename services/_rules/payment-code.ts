// The text of a QR code by which a SEPA credit transfer is begun (EPC069-12, version 2.1): lines of fixed order, in UTF-8, 331 bytes at most. The last
// element that holds anything is not followed by a separator.
import { isValid, normalise } from './iban.ts';

/** What a code says. Texts that are not there are empty. */
export interface PaymentCode {
  /** The BIC of the bank that is paid: optional within the EEA. */
  readonly bic: string;
  readonly name: string;
  readonly iban: string;
  /** In euros, `12.30`; empty: the payer says how much. */
  readonly amount: string;
  /** The purpose of ISO 20022 (ExternalPurpose1Code). */
  readonly purpose: string;
  /** A creditor reference of ISO 11649 (RF…), or a text; not both. */
  readonly reference: string;
  readonly text: string;
  /** What whoever made the code tells the payer. */
  readonly information: string;
}

/** Why a code is none: a reason, and about which element. */
export class PaymentCodeInvalid extends Error {
  readonly reason: PaymentCodeReason;
  readonly element: string;

  constructor(reason: PaymentCodeReason, element: string) {
    super(`${element}: ${reason}`);
    this.reason = reason;
    this.element = element;
  }
}

export type PaymentCodeReason =
  | 'CURRENCY_NOT_EURO'
  | 'ELEMENT_INVALID'
  | 'ELEMENT_MISSING'
  | 'ELEMENT_TOO_LONG'
  | 'REFERENCE_AND_TEXT'
  | 'PAYLOAD_TOO_LONG'
  | 'NOT_A_PAYMENT_CODE';

const BYTES_MAX = 331;
const AMOUNT = /^(?:0|[1-9]\d{0,8})(?:\.\d{1,2})?$/;
const BIC = /^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?$/;
/** The character sets by their number; the first of the encodings is that of the codes that are made here. */
const ENCODINGS = [
  'utf-8',
  'latin1',
  'iso-8859-2',
  'iso-8859-4',
  'iso-8859-5',
  'iso-8859-7',
  'iso-8859-10',
  'iso-8859-15',
];

/** The text of a code for an amount in this currency. Throws PaymentCodeInvalid. */
export function writePaymentCode(code: PaymentCode, currencyCode = 'EUR'): string {
  if (currencyCode !== 'EUR') throw new PaymentCodeInvalid('CURRENCY_NOT_EURO', 'amount');
  const checked = check({ ...code, iban: normalise(code.iban) });
  const { bic, name, iban, amount, purpose, reference, text, information } = checked;
  const money = amount === '' ? '' : `EUR${amount}`;
  const lines = ['BCD', '002', '1', 'SCT', bic, name, iban, money, purpose, reference, text, information];
  const payload = lines.join('\n').replace(/\n+$/, '');
  if (Buffer.byteLength(payload) > BYTES_MAX) throw new PaymentCodeInvalid('PAYLOAD_TOO_LONG', 'payload');
  return payload;
}

/** What a code says. Throws PaymentCodeInvalid. */
export function readPaymentCode(payload: Uint8Array): PaymentCode {
  if (payload.length > BYTES_MAX) throw new PaymentCodeInvalid('PAYLOAD_TOO_LONG', 'payload');
  const lines = decode(payload).split(/\r\n|\n/);
  const [tag, version, , identification, bic = '', name = '', iban = '', money = ''] = lines;
  if (tag !== 'BCD') throw new PaymentCodeInvalid('NOT_A_PAYMENT_CODE', 'service tag');
  if (version !== '001' && version !== '002') throw new PaymentCodeInvalid('ELEMENT_INVALID', 'version');
  if (identification !== 'SCT') throw new PaymentCodeInvalid('ELEMENT_INVALID', 'identification');
  if (version === '001' && bic === '') throw new PaymentCodeInvalid('ELEMENT_MISSING', 'bic');
  const [purpose = '', reference = '', text = '', information = '', ...more] = lines.slice(8);
  if (more.length > 0) throw new PaymentCodeInvalid('ELEMENT_INVALID', 'payload');
  if (money !== '' && !money.startsWith('EUR')) throw new PaymentCodeInvalid('CURRENCY_NOT_EURO', 'amount');
  return check({ bic, name, iban, amount: money.slice(3), purpose, reference, text, information });
}

function decode(payload: Uint8Array): string {
  // Everything before the character set is ASCII.
  const head = Buffer.from(payload)
    .toString('latin1')
    .split(/\r\n|\n/);
  if (head[0] !== 'BCD') throw new PaymentCodeInvalid('NOT_A_PAYMENT_CODE', 'service tag');
  const encoding = /^[1-8]$/.test(head[2] ?? '') ? ENCODINGS[Number(head[2]) - 1] : undefined;
  if (encoding === undefined) throw new PaymentCodeInvalid('ELEMENT_INVALID', 'character set');
  // What the web calls latin1 is another set.
  if (encoding === 'latin1') return Buffer.from(payload).toString('latin1');
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(payload);
  } catch {
    throw new PaymentCodeInvalid('ELEMENT_INVALID', 'character set');
  }
}

const LONGEST = {
  bic: 11,
  name: 70,
  iban: 34,
  amount: 12,
  purpose: 4,
  reference: 35,
  text: 140,
  information: 70,
} as const;

function check(code: PaymentCode): PaymentCode {
  for (const [element, longest] of Object.entries(LONGEST) as [keyof PaymentCode, number][]) {
    const value = code[element];
    if (Array.from(value).length > longest) throw new PaymentCodeInvalid('ELEMENT_TOO_LONG', element);
    // A separator within an element would begin the next one.
    if (/\p{Cc}/u.test(value)) throw new PaymentCodeInvalid('ELEMENT_INVALID', element);
  }
  const { bic, name, iban, amount, purpose, reference, text } = code;
  if (name.trim() === '') throw new PaymentCodeInvalid('ELEMENT_MISSING', 'name');
  if (iban === '') throw new PaymentCodeInvalid('ELEMENT_MISSING', 'iban');
  require('iban', isValid(iban));
  require('bic', bic === '' || BIC.test(bic));
  require('amount', amount === '' || (AMOUNT.test(amount) && /[1-9]/.test(amount)));
  require('purpose', /^[A-Z0-9]{0,4}$/.test(purpose));
  require('reference', reference === '' || isCreditorReference(reference));
  if (reference !== '' && text !== '') throw new PaymentCodeInvalid('REFERENCE_AND_TEXT', 'reference');
  return code;
}

function require(element: keyof PaymentCode, holds: boolean): void {
  if (!holds) throw new PaymentCodeInvalid('ELEMENT_INVALID', element);
}

/** Whether it is a creditor reference (ISO 11649) in its electronic form: its check digits are those of MOD 97-10. */
export function isCreditorReference(reference: string): boolean {
  if (!/^RF\d\d[A-Z0-9]{1,21}$/.test(reference)) return false;
  const turned = reference.slice(4) + reference.slice(0, 4);
  const digits = turned.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55));
  return BigInt(digits) % 97n === 1n;
}
