// Exact decimals, and the ways of rounding them, by name.
import Big from 'big.js';

/** How a decimal is rounded: half to the even digit, half away from zero, or towards zero. */
export type Rounding = 'half_even' | 'half_up' | 'down';

/** A constructor of its own: precision and rounding of big.js are settings of the constructor that all share. */
const Exact = Big();
Exact.strict = true;
Exact.DP = 34;
Exact.RM = Exact.roundHalfEven;

/** For quotients alone: big.js rounds those by long division, exactly, to the places that are set. */
const Quotient = Big();
Quotient.strict = true;

const MODES = { half_even: Exact.roundHalfEven, half_up: Exact.roundHalfUp, down: Exact.roundDown } as const;

/** An exact decimal. */
export type Decimal = Big;

export const ZERO: Decimal = new Exact('0');

/** A plain decimal, or a whole number. */
export function decimal(text: string | bigint): Decimal {
  return new Exact(String(text));
}

/** Rounds to so many places. */
export function round(value: Decimal, places: number, rounding: Rounding): Decimal {
  return value.round(places, MODES[rounding]);
}

/** Divides, and rounds once, as the exact quotient asks for. */
export function divide(value: Decimal, by: Decimal, places: number, rounding: Rounding): Decimal {
  Quotient.DP = places;
  Quotient.RM = MODES[rounding];
  return new Exact(new Quotient(value.toFixed()).div(by.toFixed()).toFixed());
}
