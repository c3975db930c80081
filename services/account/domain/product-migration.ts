// Whether accounts may move from one version of a product to another, and from which day on.

import { create, equals } from '@bufbuild/protobuf';
import { requireDate } from '#chassis/dates.ts';
import { type ProductTerms, ProductTermsSchema } from '#gen/bank/account/v1/account_pb.ts';
import { periodicFeesOf } from './fee-terms.ts';
import { endsPeriod } from './interest.ts';
import { interestOf } from './interest-terms.ts';
import { refuse } from './refusals.ts';

/** What interest is computed by. */
function interestTerms({ interestRatePercent, interest, overdraftInterest }: ProductTerms): ProductTerms {
  const of = { ...(interest && { interest }), ...(overdraftInterest && { overdraftInterest }) };
  return create(ProductTermsSchema, { interestRatePercent, ...of });
}

/** Whether the balances of nights are kept of its accounts, for interest or fees. */
function keepsNights({ interestRatePercent, interest, overdraftInterest, periodicFees }: ProductTerms): boolean {
  return (
    interestRatePercent !== '' || interest !== undefined || overdraftInterest !== undefined || periodicFees.length > 0
  );
}

/**
 * Whether the interest of accounts may be computed by another version from the day after one on: where it is the same by both, or a posting
 * period of both ends, so that no period has nights of two versions.
 */
export function changesInterestAfter(from: ProductTerms, to: ProductTerms, day: Temporal.PlainDate): boolean {
  if (equals(ProductTermsSchema, interestTerms(from), interestTerms(to))) return true;
  return [from, to].every((terms) => {
    const interest = interestOf(terms);
    return interest === undefined || endsPeriod(interest.posting, day);
  });
}

/** Refuses PRODUCT_NOT_MIGRATABLE where accounts of some versions cannot move to another one. */
export function checkMigratable(from: readonly ProductTerms[], to: ProductTerms): void {
  // Of whom nights are kept, they are kept for good: nobody would know whether those after are missing.
  const isDropped = !keepsNights(to) && from.some(keepsNights);
  if (to.term || isDropped) throw refuse('PRODUCT_NOT_MIGRATABLE');
}

/** The day in a text. Refuses DATE_INVALID. */
export function effectiveDay(text: string): Temporal.PlainDate {
  return requireDate('effective_date', text, refuse);
}

/** Refuses DATE_INVALID for a day that comes too early, or in the middle of a period that a fee is charged for, or of one that interest is posted for by other terms. */
export function checkEffective(
  day: Temporal.PlainDate,
  earliest: Temporal.PlainDate,
  versions: readonly ProductTerms[],
  to: ProductTerms,
): void {
  const before = day.subtract({ days: 1 });
  const isEnd = versions.every((terms) => periodicFeesOf(terms).every(({ period }) => endsPeriod(period, before)));
  const isPosted = versions.every((terms) => changesInterestAfter(terms, to, before));
  if (Temporal.PlainDate.compare(day, earliest) < 0 || !isEnd || !isPosted)
    throw refuse('DATE_INVALID', { field: 'effective_date' });
}
