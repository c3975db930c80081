// How the other bank's things are called in this one.
import { toDecimal } from '#chassis/money.ts';

/** Stands before the other bank's ids, e.g. `berka-1688652`. */
export const SOURCE = 'berka';

/** The files hold koruna. */
export const CURRENCY = 'CZK';

/** Minor units as the decimal of the wire. */
export function decimalOf(minor: bigint): string {
  return toDecimal({ currency: CURRENCY, minor });
}
