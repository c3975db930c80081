// What stands at the leaves of messages. Texts stay texts, numbers too: no amount ever becomes a JavaScript number.
import { type AmountShape, type ChoiceShape, choice, type Leaf, type Shape } from './shape.ts';

/** What XML counts as white space; some values may stand among it. */
const PADDING = /^[ \t\r\n]+|[ \t\r\n]+$/g;

function leaf(name: string, accepts: Leaf['accepts']): Leaf {
  return { kind: 'leaf', name, accepts };
}

/** A text of so many characters at most, and one at least. */
export function text(most: number): Leaf {
  return leaf(`a text of 1 to ${most} characters`, (value) => {
    // A character outside the basic plane is one character of XML, and two of JavaScript.
    const pairs = value.length > most ? (value.match(/[\ud800-\udbff]/g)?.length ?? 0) : 0;
    return value.length > 0 && value.length - pairs <= most;
  });
}

export function matching(pattern: RegExp, name = `a text like ${pattern.source}`): Leaf {
  return leaf(name, (value) => pattern.test(value));
}

export function oneOf(...codes: readonly string[]): Leaf {
  return leaf(`one of ${codes.join(', ')}`, (value) => codes.includes(value));
}

/** So many digits. */
export function digits(least: number, most = least): Leaf {
  const name = least === most ? `${least}` : `${least} to ${most}`;
  return matching(new RegExp(`^[0-9]{${least},${most}}$`), `${name} digits`);
}

const LONGEST_DECIMAL = 64;

/** A decimal of so many digits in all, and after the point. Zeros at its ends do not count, as XML Schema has it. */
export function decimal(total: number, fraction: number, sign: 'signed' | 'unsigned' = 'unsigned'): Leaf {
  const pattern = /^([+-]?)0*([0-9]*?)(?:\.([0-9]*?)0*)?$/;
  return leaf(`a decimal of ${total} digits, ${fraction} of them after the point`, (value) => {
    const padded = value.replace(PADDING, '');
    const [, mark, whole = '', part = ''] = pattern.exec(padded.slice(0, LONGEST_DECIMAL + 1)) ?? [];
    if (padded.length > LONGEST_DECIMAL || mark === undefined || !/[0-9]/.test(padded)) return false;
    const isNegative = mark === '-' && whole + part !== '';
    return part.length <= fraction && whole.length + part.length <= total && (sign === 'signed' || !isNegative);
  });
}

export const bic = matching(/^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?$/, 'a BIC');
export const iban = matching(/^[A-Z]{2}[0-9]{2}[a-zA-Z0-9]{1,30}$/, 'an IBAN');
export const lei = matching(/^[A-Z0-9]{18}[0-9]{2}$/, 'an LEI');
export const country = matching(/^[A-Z]{2}$/, 'the code of a country');
export const currency = matching(/^[A-Z]{3}$/, 'the code of a currency');
export const uuid = matching(/^[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}$/, 'a UUID');
export const phoneNumber = matching(/^\+[0-9]{1,3}-[0-9()+-]{1,30}$/, 'a telephone number');
export const indicator = padded(oneOf('true', 'false', '1', '0'));

const DAY = '(\\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])';
const CLOCK = '(?:(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d+)?|24:00:00(?:\\.0+)?)';
const ZONE = '(?:Z|[+-](?:(?:0\\d|1[0-3]):[0-5]\\d|14:00))?';
export const isoDate = dated(`^${DAY}${ZONE}$`, 'a date like 2026-11-28');
export const isoDateTime = dated(`^${DAY}T${CLOCK}${ZONE}$`, 'a time like 2026-11-28T09:30:00Z');
export const isoTime = padded(matching(new RegExp(`^${CLOCK}${ZONE}$`), 'a time of day like 09:30:00'));
export const isoYear = padded(matching(new RegExp(`^\\d{4}${ZONE}$`), 'a year'));
export const isoYearMonth = padded(matching(new RegExp(`^\\d{4}-(?:0[1-9]|1[0-2])${ZONE}$`), 'a month like 2026-11'));

/** An amount and its currency: 18 digits, five of them after the point. */
export const amount: AmountShape = { kind: 'amount', value: decimal(18, 5), currency };
/** An amount with up to 13 digits after the point, e.g. of an exchange. */
export const amount13: AmountShape = { kind: 'amount', value: decimal(18, 13), currency };
/** An amount whose currency the message itself implies. */
export const impliedAmount = decimal(18, 5);

/** A code of a list, or what two parties have agreed on. */
export function codeOr<C extends Shape, P extends Shape = Leaf>(
  code: C,
  proprietary?: P,
): ChoiceShape<{ Cd: C; Prtry: P }> {
  return choice({ Cd: code, Prtry: proprietary ?? (text(35) as Shape as P) });
}

/** The same value, also with white space around it. */
function padded({ name, accepts }: Leaf): Leaf {
  return leaf(name, (value) => accepts(value.replace(PADDING, '')));
}

/** A pattern whose first three groups are a day of the calendar. */
function dated(pattern: string, name: string): Leaf {
  const expression = new RegExp(pattern);
  return padded(
    leaf(name, (value) => {
      const [, year = '', month = '', day = ''] = expression.exec(value) ?? [];
      return year !== '' && year !== '0000' && dayExists(year, month, day);
    }),
  );
}

function dayExists(year: string, month: string, day: string): boolean {
  if (Number(day) <= 28) return true;
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  return date.getUTCDate() === Number(day);
}
