// Business dates on the wire are YYYY-MM-DD; in the code they are Temporal.PlainDate.
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { invalid, type Refusal } from './errors.ts';

/** A service's own word for a date that is none, where its contract has one. */
type Refuses = (reason: 'DATE_INVALID', metadata: Readonly<Record<'field', string>>) => Refusal;

/** Reads the date of a field; an empty one is absent. Refuses what is no day of the calendar, by the service's own reason where it has one. */
export function readDate(field: string, text: string, refuse?: Refuses): Temporal.PlainDate | undefined {
  if (text === '') return undefined;
  try {
    const date = Temporal.PlainDate.from(text, { overflow: 'reject' });
    // The year 0 is a year to ISO 8601, but not to the database.
    if (date.year > 0) return date;
  } catch {
    // Told below, as one sentence for all that is wrong with it.
  }
  const description = `${text.slice(0, 32)} is no day of the calendar; write YYYY-MM-DD.`;
  throw refuse ? refuse('DATE_INVALID', { field }) : invalid([{ field, description }]);
}

const YEAR_10000_MS = Date.UTC(10_000, 0);

/** Reads the instant of a field that must be there: in whole milliseconds since the epoch, from which it is no day before. */
export function readInstant(field: string, time: Timestamp | undefined): number {
  const { seconds, nanos } = time ?? { seconds: -1n, nanos: 0 };
  const ms = Number(seconds) * 1_000 + Math.floor(nanos / 1_000_000);
  if (seconds < 0n || nanos < 0 || nanos > 999_999_999 || ms >= YEAR_10000_MS) {
    throw invalid([{ field, description: 'This is no instant of this age.' }]);
  }
  return ms;
}

/** Reads the date of a field that must be there. */
export function requireDate(field: string, text: string, refuse?: Refuses): Temporal.PlainDate {
  const date = readDate(field, text, refuse);
  if (date) return date;
  throw refuse
    ? refuse('DATE_INVALID', { field })
    : invalid([{ field, description: 'A date is required: YYYY-MM-DD.' }]);
}
