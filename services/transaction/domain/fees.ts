// What an order costs by the terms of its product.
import Big from 'big.js';

/** The terms of a fee. Amounts are minor units; the rate is a plain decimal of percent, e.g. `0.15`. */
export interface FeeTerms {
  readonly flat: bigint;
  readonly ratePercent: string;
  readonly minimum: bigint | undefined;
  readonly maximum: bigint | undefined;
}

/** A constructor of its own: precision and rounding of big.js are settings of the constructor that all share. */
const Exact = Big();
Exact.strict = true;
Exact.DP = 34;
Exact.RM = Exact.roundHalfEven;

/** flat + rate × amount, at least the minimum, at most the maximum; in minor units. */
export function feeOf(terms: FeeTerms, amount: bigint): bigint {
  const charged = terms.flat + percentOf(terms.ratePercent, amount);
  const { minimum = charged, maximum } = terms;
  const least = charged < minimum ? minimum : charged;
  return maximum !== undefined && least > maximum ? maximum : least;
}

/** A percentage of an amount, rounded half even to the minor unit. */
function percentOf(percent: string, amount: bigint): bigint {
  if (percent === '') return 0n;
  const part = new Exact(String(amount)).times(percent).div('100');
  return BigInt(part.round(0, Exact.roundHalfEven).toFixed(0));
}
