// The dates of journals and lists, refused with a reason of the ledger's own.
import { readDate } from '#chassis/dates.ts';
import { Refusal } from '#chassis/errors.ts';
import { refuse } from './domain/refusals.ts';

/** Reads the date of a field as YYYY-MM-DD; an empty one is absent. Refuses DATE_INVALID. */
export function readDay(field: string, text: string): string | undefined {
  try {
    return readDate(field, text)?.toString();
  } catch (error) {
    throw error instanceof Refusal ? refuse('DATE_INVALID', { field }) : error;
  }
}

/** Reads the date of a field that must be there. Refuses DATE_INVALID. */
export function requireDay(field: string, text: string): string {
  const day = readDay(field, text);
  if (day === undefined) throw refuse('DATE_INVALID', { field });
  return day;
}
