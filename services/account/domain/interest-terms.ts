// The terms of interest as the contract writes them, checked, and as the rules compute with them.
import { toDecimal } from '#chassis/money.ts';
import type { ProductTerms } from '#gen/bank/account/v1/account_pb.ts';
import type {
  InterestTier,
  InterestTerms as Message,
  OverdraftInterestTerms as OverdraftMessage,
} from '#gen/bank/account/v1/interest_pb.ts';
import type { Money } from '#gen/bank/type/v1/money_pb.ts';
import { exponentOf } from '#rules/currency.ts';
import { type Decimal, decimal, ZERO } from '#rules/decimal.ts';
import { conventionOf } from './calendars.ts';
import type { InterestTerms, Period, Tier } from './interest.ts';
import type { OverdraftTerms } from './overdraft.ts';
import { refuse } from './refusals.ts';
import { dayCounts, interestBases, interestPeriods, roundings, tierMethods } from './words.ts';

/** From the shortest up. */
const PERIODS: readonly Period[] = ['daily', 'monthly', 'quarterly', 'semiannually', 'annually'];

/**
 * Refuses interest that makes no sense: two ways of saying it, tiers that do not rise from zero, compounding that is longer
 * than posting, or on an average; a tax of more than all. `limit` reads an amount, and refuses what is none of the product's.
 */
export function checkInterest(
  { interest, interestRatePercent, overdraftInterest }: ProductTerms,
  limit: (money: Money | undefined, field: string) => bigint | undefined,
): void {
  if (overdraftInterest) checkOverdraftInterest(overdraftInterest, limit);
  if (!interest) return;
  const wrong = (why: string) => refuse('INTEREST_TERMS_INVALID', { why });
  if (interestRatePercent !== '') throw wrong('two_rates');
  checkTiers(interest.tiers, (money, field) => limit(money, `interest.${field}`));
  limit(interest.minimumBalance, 'interest.minimum_balance');
  const compounding = interestPeriods.word(interest.compounding);
  const posting = interestPeriods.word(interest.posting);
  if (PERIODS.indexOf(compounding) > PERIODS.indexOf(posting)) throw wrong('compounding_longer_than_posting');
  if (interestBases.word(interest.basis) === 'average' && compounding !== posting) {
    throw wrong('average_is_not_compounded');
  }
  if (decimal(interest.withholdingTaxPercent || '0').gt(decimal('100'))) throw wrong('tax_of_more_than_all');
}

function checkOverdraftInterest(
  { arrangedTiers, unarrangedTiers }: OverdraftMessage,
  limit: (money: Money | undefined, field: string) => bigint | undefined,
): void {
  if (arrangedTiers.length + unarrangedTiers.length === 0) throw refuse('INTEREST_TERMS_INVALID', { why: 'no_rate' });
  for (const [name, tiers] of Object.entries({ arranged: arrangedTiers, unarranged: unarrangedTiers })) {
    if (tiers.length > 0) checkTiers(tiers, (money, field) => limit(money, `overdraft_interest.${name}_${field}`));
  }
}

function checkTiers(
  tiers: readonly InterestTier[],
  limit: (money: Money | undefined, field: string) => bigint | undefined,
): void {
  const wrong = (why: string) => refuse('INTEREST_TERMS_INVALID', { why });
  const from = tiers.map((tier, index) => limit(tier.from, `tiers[${index}].from`) ?? 0n);
  if (from[0] !== 0n) throw wrong('first_tier_not_from_zero');
  if (from.some((one, index) => index > 0 && one <= (from[index - 1] ?? 0n))) throw wrong('tiers_not_rising');
}

/** The terms of an account that earns nothing. */
export const NO_INTEREST: InterestTerms = {
  dayCount: 'act_365f',
  basis: 'daily',
  tierMethod: 'sliced',
  tiers: [{ from: ZERO, ratePercent: ZERO }],
  compounding: 'monthly',
  posting: 'monthly',
  minimumBalance: ZERO,
  calendarCode: '',
  valueDateConvention: 'UNADJUSTED',
  withholdingTaxPercent: ZERO,
  postingRounding: 'half_even',
  taxRounding: 'half_even',
};

/** What an overdraft costs that costs nothing. */
export const NO_OVERDRAFT: OverdraftTerms = {
  dayCount: 'act_365f',
  arranged: [],
  unarranged: [],
  posting: 'monthly',
  postingRounding: 'half_even',
};

/** What an overdraft costs by the terms of a product, if it costs anything. */
export function overdraftOf({ overdraftInterest }: ProductTerms): OverdraftTerms | undefined {
  return (
    overdraftInterest && {
      dayCount: dayCounts.word(overdraftInterest.dayCount),
      arranged: tiersOf(overdraftInterest.arrangedTiers),
      unarranged: tiersOf(overdraftInterest.unarrangedTiers),
      posting: interestPeriods.word(overdraftInterest.posting),
      postingRounding: roundings.word(overdraftInterest.postingRounding),
    }
  );
}

/** The terms of interest that a product has, if it pays any. */
export function interestOf({ interest, interestRatePercent }: ProductTerms): InterestTerms | undefined {
  if (interest) return termsOf(interest);
  if (interestRatePercent === '') return undefined;
  return { ...NO_INTEREST, tiers: [{ from: ZERO, ratePercent: decimal(interestRatePercent) }] };
}

function termsOf(interest: Message): InterestTerms {
  return {
    dayCount: dayCounts.word(interest.dayCount),
    basis: interestBases.word(interest.basis),
    tierMethod: tierMethods.word(interest.tierMethod),
    tiers: tiersOf(interest.tiers),
    compounding: interestPeriods.word(interest.compounding),
    posting: interestPeriods.word(interest.posting),
    minimumBalance: amountOf(interest.minimumBalance),
    calendarCode: interest.calendarCode,
    valueDateConvention: conventionOf(interest.valueDateConvention),
    withholdingTaxPercent: decimal(interest.withholdingTaxPercent || '0'),
    postingRounding: roundings.word(interest.postingRounding),
    taxRounding: roundings.word(interest.taxRounding),
  };
}

function tiersOf(tiers: readonly InterestTier[]): Tier[] {
  return tiers.map(({ from, ratePercent }) => ({ from: amountOf(from), ratePercent: decimal(ratePercent) }));
}

function amountOf(money: Money | undefined) {
  return money ? decimal(money.amount) : ZERO;
}

/** An amount that the rules have rounded to the currency, in minor units. */
export function minorOf(currency: string, amount: Decimal): bigint {
  return BigInt(amount.times(decimal(10n ** BigInt(exponentOf(currency) ?? 2))).toFixed(0));
}

/** An amount in minor units as the rules compute with it. */
export function unitsOf(currency: string, minor: bigint) {
  return decimal(toDecimal({ currency, minor }));
}
