// Messages of ISO 8583 as this bank and its card switch write them: the type in four digits, the bitmaps in hexadecimal
// digits, the elements in ASCII; over a stream each behind its length in two bytes.
import { FIELDS, type FieldFormat } from './fields.ts';

/** A message: its type, e.g. `0100`, and its elements by their numbers. */
export interface Iso8583Message {
  readonly type: string;
  readonly fields: Readonly<Record<number, string>>;
}

/** Bytes that are no message of ours. It never says what stands in an element. */
export class Iso8583Error extends Error {}

const CHARACTERS: Readonly<Record<FieldFormat['kind'], RegExp>> = {
  n: /^[0-9]*$/,
  an: /^[0-9A-Za-z ]*$/,
  ans: /^[\x20-\x7e]*$/,
};

/** The numbers of the elements that a bitmap names; the first bit says that a second bitmap follows. */
export function fieldsOf(bitmap: string): number[] {
  const bits = bitmap.split('').flatMap((digit) => [8, 4, 2, 1].map((bit) => (Number.parseInt(digit, 16) & bit) !== 0));
  return bits.flatMap((isSet, index) => (isSet ? [index + 1] : []));
}

/** Reads a message. Throws Iso8583Error. */
export function readIso8583(bytes: Uint8Array): Iso8583Message {
  const text = Buffer.from(bytes).toString('latin1');
  const type = text.slice(0, 4);
  if (!/^[0-9]{4}$/.test(type)) throw new Iso8583Error('the message has no type');
  let at = 4;
  const take = (length: number): string => {
    if (text.length < at + length) throw new Iso8583Error('the message ends too early');
    at += length;
    return text.slice(at - length, at);
  };
  const bitmapOf = () => {
    const bitmap = take(16);
    if (!/^[0-9A-Fa-f]{16}$/.test(bitmap)) throw new Iso8583Error('a bitmap is not hexadecimal');
    return bitmap;
  };
  const first = bitmapOf();
  const bitmap = fieldsOf(first).includes(1) ? first + bitmapOf() : first;
  const fields: Record<number, string> = {};
  for (const number of fieldsOf(bitmap).filter((one) => one !== 1)) {
    const format = FIELDS[number];
    if (!format) throw new Iso8583Error(`element ${number} is not agreed on`);
    const count = format.counted === 0 ? format.length : Number(checked(number, 'n', take(format.counted)));
    if (count > format.length) throw new Iso8583Error(`element ${number} is too long`);
    fields[number] = checked(number, format.kind, take(count));
  }
  if (at !== text.length) throw new Iso8583Error('there is more than the message');
  return { type, fields };
}

/** Writes a message; what is shorter than its element is filled up as its kind is. */
export function writeIso8583({ type, fields }: Iso8583Message): Uint8Array {
  const numbers = Object.keys(fields)
    .map(Number)
    .toSorted((one, other) => one - other);
  const elements = numbers.map((number) => {
    const format = FIELDS[number];
    if (!format) throw new Iso8583Error(`element ${number} is not agreed on`);
    return elementOf(number, format, checked(number, format.kind, fields[number] ?? ''));
  });
  return Buffer.from(`${type}${bitmapOf(numbers)}${elements.join('')}`, 'latin1');
}

function elementOf(number: number, { kind, length, counted }: FieldFormat, value: string): string {
  if (value.length > length) throw new Iso8583Error(`element ${number} is too long`);
  if (counted > 0) return `${String(value.length).padStart(counted, '0')}${value}`;
  return kind === 'n' ? value.padStart(length, '0') : value.padEnd(length, ' ');
}

function bitmapOf(numbers: readonly number[]): string {
  const isLong = numbers.some((number) => number > 64);
  const set = new Set(isLong ? [1, ...numbers] : numbers);
  let bitmap = '';
  for (let first = 1; first <= (isLong ? 128 : 64); first += 4) {
    const digit = [8, 4, 2, 1].reduce((sum, bit, index) => sum + (set.has(first + index) ? bit : 0), 0);
    bitmap += digit.toString(16).toUpperCase();
  }
  return bitmap;
}

function checked(number: number, kind: FieldFormat['kind'], value: string): string {
  if (!CHARACTERS[kind].test(value)) throw new Iso8583Error(`element ${number} has characters that it must not have`);
  return value;
}

/** A message behind its length, as it goes over a stream. */
export function framed(message: Iso8583Message): Uint8Array {
  const body = writeIso8583(message);
  const frame = Buffer.alloc(2 + body.length);
  frame.writeUInt16BE(body.length);
  frame.set(body, 2);
  return frame;
}

/** The whole frames in what has come of a stream so far, without their lengths, and what is left for the next time. */
export function unframed(bytes: Uint8Array): { readonly frames: readonly Uint8Array[]; readonly rest: Uint8Array } {
  const frames: Uint8Array[] = [];
  const view = Buffer.from(bytes);
  let at = 0;
  while (view.length >= at + 2 && view.length >= at + 2 + view.readUInt16BE(at)) {
    const end = at + 2 + view.readUInt16BE(at);
    frames.push(view.subarray(at + 2, end));
    at = end;
  }
  return { frames, rest: view.subarray(at) };
}
