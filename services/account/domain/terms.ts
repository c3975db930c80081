// The terms of a product.

import { invalid } from '#chassis/errors.ts';
import { fromMoney, refuseMoney } from '#chassis/money.ts';
import { type FeeTerm, Operation, type ProductTerms } from '#gen/bank/account/v1/account_pb.ts';
import type { Money } from '#gen/bank/type/v1/money_pb.ts';
import { exponentOf } from '#rules/currency.ts';
import { checkPeriodicFees } from './fee-terms.ts';
import { checkInterest } from './interest-terms.ts';
import { checkDormancy } from './life.ts';
import { refuse, refuseTerm } from './refusals.ts';

/**
 * Refuses terms that make no sense: amounts in another currency than the product's or below zero, two fees for one
 * operation, a fee without a price, a minimum above the maximum, a fee on migrated history; interest as `checkInterest` does.
 */
export function checkTerms(currency: string, terms: ProductTerms): void {
  if (exponentOf(currency) === undefined) throw refuseMoney('CURRENCY_UNKNOWN', { currency_code: currency });
  limitOf(currency, terms.transferLimit, 'terms.transfer_limit');
  limitOf(currency, terms.overdraftLimitMaximum, 'terms.overdraft_limit_maximum');
  const operations = new Set(terms.fees.map(({ operation }) => operation));
  if (operations.size < terms.fees.length) throw refuse('FEE_TERM_INVALID', { why: 'two_for_one_operation' });
  terms.fees.forEach((fee, index) => {
    checkFee(currency, fee, `terms.fees[${index}]`);
  });
  checkPeriodicFees(terms, (money, field) => limitOf(currency, money, `terms.${field}`));
  checkDormancy(terms.dormancy);
  checkInterest(terms, (money, field) => limitOf(currency, money, `terms.${field}`));
}

/** An amount that the contract calls a limit: zero or more, in the product's currency. Absent stays absent. */
export function limitOf(currency: string, money: Money | undefined, field: string): bigint | undefined {
  if (!money) return undefined;
  const amount = fromMoney(money);
  if (amount.currency !== currency) throw refuseTerm('CURRENCY_MISMATCH', { currency_code: currency });
  if (amount.minor < 0n) throw invalid([{ field, description: 'must be zero or more' }]);
  return amount.minor;
}

/** The fee of an operation, if there is one. */
export function feeFor(terms: ProductTerms, operation: Operation): FeeTerm | undefined {
  return terms.fees.find((fee) => fee.operation === operation);
}

function checkFee(currency: string, fee: FeeTerm, field: string): void {
  const flat = limitOf(currency, fee.flat, `${field}.flat`);
  const minimum = limitOf(currency, fee.minimum, `${field}.minimum`);
  const maximum = limitOf(currency, fee.maximum, `${field}.maximum`);
  const isCounted = fee.operation !== Operation.CARD_PAYMENT && fee.operation !== Operation.CHEQUE_STOP;
  if (fee.monthlyFreeCount > 0 && !isCounted) throw refuse('FEE_TERM_INVALID', { why: 'free_count_not_counted' });
  if (fee.operation === Operation.MIGRATION) throw refuse('FEE_TERM_INVALID', { why: 'history_is_free' });
  if (flat === undefined && fee.ratePercent === '' && minimum === undefined) {
    throw refuse('FEE_TERM_INVALID', { why: 'no_price' });
  }
  if (minimum !== undefined && maximum !== undefined && minimum > maximum) {
    throw refuse('FEE_TERM_INVALID', { why: 'minimum_above_maximum' });
  }
}
