// The periodic fees of a product as the contract writes them, checked, and as the rules compute with them.
import type { ProductTerms } from '#gen/bank/account/v1/account_pb.ts';
import type { Money } from '#gen/bank/type/v1/money_pb.ts';
import { decimal, ZERO } from '#rules/decimal.ts';
import type { PeriodicFee } from './fees.ts';
import { refuse } from './refusals.ts';
import { feeShortfalls, interestPeriods } from './words.ts';

/** Reads an amount that is zero or more, and of the product's currency. */
type Limit = (money: Money | undefined, field: string) => bigint | undefined;

/** Refuses periodic fees that make no sense: two of one code, tiers that do not rise from zero, none with a price, a minimum above the maximum. */
export function checkPeriodicFees({ periodicFees }: ProductTerms, limit: Limit): void {
  const wrong = (why: string) => refuse('FEE_TERM_INVALID', { why });
  if (new Set(periodicFees.map(({ feeCode }) => feeCode)).size < periodicFees.length) throw wrong('two_of_one_code');
  for (const [index, fee] of periodicFees.entries()) {
    const at = (money: Money | undefined, name: string) => limit(money, `periodic_fees[${index}].${name}`);
    const from = fee.tiers.map((tier) => at(tier.from, 'tiers.from') ?? 0n);
    if (from[0] !== 0n) throw wrong('first_tier_not_from_zero');
    if (from.some((one, tier) => tier > 0 && one <= (from[tier - 1] ?? 0n))) throw wrong('tiers_not_rising');
    const flats = fee.tiers.map((tier) => at(tier.flat, 'tiers.flat'));
    const [minimum, maximum] = [at(fee.minimum, 'minimum'), at(fee.maximum, 'maximum')];
    const isPriced = fee.tiers.some(({ ratePercent }, tier) => flats[tier] !== undefined || ratePercent !== '');
    if (!isPriced && minimum === undefined) throw wrong('no_price');
    if (minimum !== undefined && maximum !== undefined && minimum > maximum) throw wrong('minimum_above_maximum');
    at(fee.waivedFromLowestBalance, 'waived_from_lowest_balance');
    at(fee.waivedFromAverageBalance, 'waived_from_average_balance');
  }
}

/** The periodic fees of a product. */
export function periodicFeesOf({ periodicFees }: ProductTerms): PeriodicFee[] {
  return periodicFees.map((fee) => ({
    code: fee.feeCode,
    displayName: fee.displayName,
    period: interestPeriods.word(fee.period),
    tiers: fee.tiers.map(({ from, flat, ratePercent }) => ({
      from: unitsOf(from) ?? ZERO,
      flat: unitsOf(flat) ?? ZERO,
      ratePercent: decimal(ratePercent || '0'),
    })),
    minimum: unitsOf(fee.minimum),
    maximum: unitsOf(fee.maximum),
    freePeriods: fee.freePeriods,
    waivedFromLowest: unitsOf(fee.waivedFromLowestBalance),
    waivedFromAverage: unitsOf(fee.waivedFromAverageBalance),
    shortfall: feeShortfalls.word(fee.shortfall),
  }));
}

function unitsOf(money: Money | undefined) {
  return money && decimal(money.amount);
}
