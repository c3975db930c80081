// What an order costs: the terms that the account service answers with, as the fee's domain reads them.
import { fromMoney, MINOR_MAX, refuseMoney } from '#chassis/money.ts';
import type { FeeTerm } from '#gen/bank/account/v1/account_pb.ts';
import type { Money } from '#gen/bank/type/v1/money_pb.ts';
import { feeOf } from './domain/fees.ts';

/** The fees of an order of this amount, in minor units. Mostly none. */
export function feesOf(term: FeeTerm | undefined, currency: string, amount: bigint): bigint[] {
  if (!term) return [];
  const minor = (money: Money | undefined): bigint | undefined => {
    if (!money) return undefined;
    const read = fromMoney(money);
    if (read.currency !== currency) throw new Error(`a fee in ${read.currency} on an account in ${currency}`);
    return read.minor;
  };
  const { flat, ratePercent, minimum, maximum } = term;
  const fee = feeOf({ flat: minor(flat) ?? 0n, ratePercent, minimum: minor(minimum), maximum: minor(maximum) }, amount);
  if (fee > MINOR_MAX) throw refuseMoney('AMOUNT_OUT_OF_RANGE');
  return fee > 0n ? [fee] : [];
}
