// Deposits that are bound for a term: when they mature, and what may be done with them before.
import { type ProductTerms, ProductType } from '#gen/bank/account/v1/account_pb.ts';
import { adjust, type Holidays } from '#rules/calendar.ts';
import { decimal } from '#rules/decimal.ts';
import { conventionOf } from './calendars.ts';
import { refuse } from './refusals.ts';

/** Refuses a term deposit without a term, and a term of anything else; a penalty of more than all. */
export function checkTerm(
  type: ProductType | 'current' | 'savings' | 'term_deposit',
  terms: ProductTerms | undefined,
): void {
  const isDeposit = type === 'term_deposit' || type === ProductType.TERM_DEPOSIT;
  const term = terms?.term;
  const isPossible = isDeposit === (term !== undefined) && decimal(term?.penaltyPercent || '0').lte(decimal('100'));
  if (!isPossible) throw refuse('TERM_INVALID');
}

/** The day on which a deposit matures that begins on a day: so many months later, or the last day of that month; and moved by the calendar. */
export function maturityOf(
  { termMonths, maturityConvention }: NonNullable<ProductTerms['term']>,
  start: Temporal.PlainDate,
  holidays: Holidays,
): Temporal.PlainDate {
  return adjust(start.add({ months: termMonths }), conventionOf(maturityConvention), holidays);
}

/** Refuses to end a deposit before it matures, unless it is withdrawn early; and to withdraw early what is none, or has matured. */
export function checkTermEnd(maturityDate: string | null | undefined, today: string, isEarly: boolean): void {
  if (isEarly && !maturityDate) throw refuse('ACCOUNT_NOT_TERM_DEPOSIT');
  if (!isEarly && maturityDate && today < maturityDate) throw refuse('TERM_DEPOSIT_BOUND');
}
