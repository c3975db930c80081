// The end of an account: what interest is still paid out, and where its balance may go.
import { toMoney } from '#chassis/money.ts';
import { type Decimal, decimal, divide, ZERO } from '#rules/decimal.ts';
import { close } from './agreement.ts';
import { type InterestTerms, posting } from './interest.ts';
import { minorOf } from './interest-terms.ts';
import { next } from './life.ts';
import { chargeOf, type OverdraftTerms } from './overdraft.ts';
import { refuse } from './refusals.ts';
import type { AccountState, FreezeReason } from './words.ts';

/** What is known of an account that shall end, or that another one's balance shall go to. */
export interface EndFacts {
  readonly id: string;
  readonly state: AccountState;
  readonly currency: string;
  readonly freezeReason?: FreezeReason | null | undefined;
  readonly freezeCredits: boolean;
}

/** What interest an account has earned, and up to the end of which day. */
export interface Earned {
  readonly terms: InterestTerms;
  readonly accruedThrough: string;
  /** How much of it an early withdrawal costs. */
  readonly penaltyPercent?: Decimal | undefined;
  /** Earned and not posted. */
  readonly outstanding: Decimal;
  /** What its overdrafts have cost and was not charged, where they cost something. */
  readonly overdraft?: { readonly terms: OverdraftTerms; readonly owed: Decimal };
}

/** Interest that is paid out at the end, in units of the currency. */
export interface LastInterest {
  readonly gross: Decimal;
  /** What of it an early withdrawal costs: the tax is on the rest. */
  readonly penalty: Decimal;
  readonly tax: Decimal;
  /** What is still charged for its overdrafts. */
  readonly charge: Decimal;
  readonly net: Decimal;
}

/**
 * The interest that an account which ends on a day is paid: all that was earned up to the night before, less what is owed for overdrafts.
 * Refuses INTEREST_NOT_ACCRUED while nights are missing. Undefined: there is nothing.
 */
export function lastInterest(
  earned: Earned | undefined,
  today: string,
  exponent: number,
  penaltyPercent = ZERO,
): LastInterest | undefined {
  if (!earned) return undefined;
  const yesterday = Temporal.PlainDate.from(today).subtract({ days: 1 }).toString();
  if (earned.accruedThrough < yesterday) throw refuse('INTEREST_NOT_ACCRUED');
  const { gross } = posting(earned.terms, earned.outstanding, exponent);
  const { overdraft } = earned;
  const charge = overdraft ? chargeOf(overdraft.terms, overdraft.owed, exponent) : ZERO;
  if (!gross.gt(ZERO) && !charge.gt(ZERO)) return undefined;
  const penalty = divide(gross.times(penaltyPercent), decimal('100'), exponent, 'half_even');
  const { tax, net } = posting(earned.terms, gross.minus(penalty), exponent);
  return { gross, penalty, tax, charge, net: net.minus(charge) };
}

/** Refuses an account that cannot end, or whose balance cannot go where it shall. */
export function checkEnd(account: EndFacts, sweepTo: EndFacts | undefined, interest: LastInterest | undefined): void {
  close(account);
  if (sweepTo) checkSweep(account, sweepTo);
  else if (interest?.net.gt(decimal('0'))) {
    const { amount } = toMoney({ currency: account.currency, minor: minorOf(account.currency, interest.net) });
    throw refuse('SWEEP_ACCOUNT_REQUIRED', { interest: amount });
  }
}

/** Refuses an account that is not dormant, or frozen. */
export function checkEscheat(account: EndFacts): void {
  next(account.state, 'escheat');
  if (account.freezeReason) throw refuse('ACCOUNT_FROZEN');
}

/** Refuses an account that is not frozen for a death, or whose balance cannot go where it shall. */
export function checkEstate(account: EndFacts, sweepTo: EndFacts | undefined): void {
  next(account.state, 'close');
  if (account.freezeReason !== 'deceased') throw refuse('ACCOUNT_NOT_OF_ESTATE');
  if (sweepTo) checkSweep(account, sweepTo);
}

/** Refuses an account that another one's balance cannot go to. */
export function checkSweep({ id, currency }: Pick<EndFacts, 'id' | 'currency'>, to: EndFacts): void {
  const side = 'creditor';
  if (to.id === id) throw refuse('SAME_ACCOUNT');
  if (to.state === 'closed' || to.state === 'escheated') throw refuse('ACCOUNT_CLOSED', { side });
  if (to.state === 'pending' || to.state === 'migrating') throw refuse('ACCOUNT_NOT_ACTIVE', { side });
  if (to.freezeCredits) throw refuse('ACCOUNT_FROZEN', { side });
  if (to.currency !== currency) throw refuse('CURRENCY_MISMATCH', { side });
}
