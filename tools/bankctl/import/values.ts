// The values of the files: strict in what they mean, each with a sentence for what is wrong.

/** A value, or the sentence that says why it is none. */
export type Read<T> =
  | { readonly value: T; readonly wrong?: never }
  | { readonly value?: never; readonly wrong: string };

const DECIMALS = 2;

/** An amount of koruna in hellers: digits, and at most two decimals. Zero is an amount; less only with `signed`. */
export function readAmount(text: string, signed = false): Read<bigint> {
  const parts = /^(-?)(\d{1,16})(?:\.(\d{1,2}))?$/.exec(text);
  if (!parts || (parts[1] && !signed)) {
    return { wrong: `"${text}" is no amount; write it like ${signed ? '-1234.50' : '1234.50'}.` };
  }
  const [, sign, whole = '', decimals = ''] = parts;
  const minor = BigInt(whole + decimals.padEnd(DECIMALS, '0'));
  return { value: sign ? -minor : minor };
}

const days = new Map<string, boolean>();
const MOST_DAYS = 100_000;

/** A day of the calendar, YYYY-MM-DD, not after `last`. */
export function readDay(text: string, last: string): Read<string> {
  let exists = days.get(text);
  if (exists === undefined) {
    exists = isDay(text);
    // Files hold few different days, and reading one takes longer than finding it.
    if (days.size < MOST_DAYS) days.set(text, exists);
  }
  if (!exists) return { wrong: `"${text}" is no day; write it like 1997-08-31.` };
  return text <= last ? { value: text } : { wrong: `${text} lies after the bank's business date, ${last}.` };
}

/** An id of the other bank: letters, digits, dots and dashes, short enough for the keys that are made of it. */
export function readId(text: string): Read<string> {
  if (/^[\w.-]{1,40}$/.test(text)) return { value: text };
  return { wrong: text === '' ? 'is empty.' : `"${text}" is no id; letters, digits, dots and dashes make one.` };
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  try {
    return Temporal.PlainDate.from(text, { overflow: 'reject' }).toString() === text;
  } catch {
    return false;
  }
}
