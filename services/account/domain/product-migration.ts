// Whether accounts may move from one version of a product to another, and from which day on.

import { create, equals } from '@bufbuild/protobuf';
import { requireDate } from '#chassis/dates.ts';
import { type ProductTerms, ProductTermsSchema } from '#gen/bank/account/v1/account_pb.ts';
import { periodicFeesOf } from './fee-terms.ts';
import { endsPeriod } from './interest.ts';
import { refuse } from './refusals.ts';

/** What interest is computed by: it is computed anew over the whole life of an account, by one version. */
function interestOf({ interestRatePercent, interest, overdraftInterest }: ProductTerms): ProductTerms {
  const of = { ...(interest && { interest }), ...(overdraftInterest && { overdraftInterest }) };
  return create(ProductTermsSchema, { interestRatePercent, ...of });
}

/** Whether the balances of nights are kept of its accounts, for interest or fees. */
function keepsNights({ interestRatePercent, interest, overdraftInterest, periodicFees }: ProductTerms): boolean {
  return (
    interestRatePercent !== '' || interest !== undefined || overdraftInterest !== undefined || periodicFees.length > 0
  );
}

/** Refuses PRODUCT_NOT_MIGRATABLE where accounts of some versions cannot move to another one. */
export function checkMigratable(from: readonly ProductTerms[], to: ProductTerms): void {
  const isAlike = (one: ProductTerms) => equals(ProductTermsSchema, interestOf(one), interestOf(to));
  // Of whom nights are kept, they are kept for good: nobody would know whether those after are missing.
  const isDropped = !keepsNights(to) && from.some(keepsNights);
  if (to.term || isDropped || !from.every(isAlike)) throw refuse('PRODUCT_NOT_MIGRATABLE');
}

/** The day in a text. Refuses DATE_INVALID. */
export function effectiveDay(text: string): Temporal.PlainDate {
  return requireDate('effective_date', text, refuse);
}

/** Refuses DATE_INVALID for a day that comes too early, or in the middle of a period that a fee is charged for. */
export function checkEffective(
  day: Temporal.PlainDate,
  earliest: Temporal.PlainDate,
  versions: readonly ProductTerms[],
): void {
  const before = day.subtract({ days: 1 });
  const isEnd = versions.every((terms) => periodicFeesOf(terms).every(({ period }) => endsPeriod(period, before)));
  if (Temporal.PlainDate.compare(day, earliest) < 0 || !isEnd)
    throw refuse('DATE_INVALID', { field: 'effective_date' });
}
