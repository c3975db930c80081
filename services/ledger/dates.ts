// The dates of journals and lists, refused with a reason of the ledger's own.
import { readDate, requireDate } from '#chassis/dates.ts';
import { refuse } from './domain/refusals.ts';

/** Reads the date of a field as YYYY-MM-DD; an empty one is absent. Refuses DATE_INVALID. */
export function readDay(field: string, text: string): string | undefined {
  return readDate(field, text, refuse)?.toString();
}

/** Reads the date of a field that must be there. Refuses DATE_INVALID. */
export function requireDay(field: string, text: string): string {
  return requireDate(field, text, refuse).toString();
}
