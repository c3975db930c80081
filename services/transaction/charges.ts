// What an order costs: the terms that the account service answers with, as the fee's domain reads them; and of which there are some free.
import { fromMoney, MINOR_MAX, refuseMoney } from '#chassis/money.ts';
import type { FeeTerm } from '#gen/bank/account/v1/account_pb.ts';
import type { Money } from '#gen/bank/type/v1/money_pb.ts';
import type { Context } from './context.ts';
import { feeOf } from './domain/fees.ts';
import { firstOf, type Share } from './domain/limits.ts';
import type { Movement } from './movement.ts';

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

/**
 * The place among the free ones of the month that an order with a fee takes, if one is left when it is planned (movement.ts): counted like what limits
 * let be ordered (usage.ts), one for each order, whatever its amount. Undefined where it costs nothing, or none are free.
 */
export async function freeUseOf(
  { clock }: Pick<Context, 'clock'>,
  term: FeeTerm | undefined,
  accountId: string,
  fees: readonly unknown[],
): Promise<Share | undefined> {
  if (!term || term.monthlyFreeCount === 0 || fees.length === 0) return undefined;
  const { openDate } = await clock.read();
  return {
    subject: `free:${term.operation}/${accountId}`,
    period: 'month',
    date: firstOf('month', openDate).toString(),
    amountMax: BigInt(term.monthlyFreeCount),
    countMax: term.monthlyFreeCount,
    code: '',
    customerId: '',
  };
}

/** A movement that costs nothing: the legs of fees are the last of its journal. */
export function withoutFees({ order, journal, payment, ...movement }: Movement): Movement {
  const legs = journal.legs.slice(0, journal.legs.length - 2 * order.fees.length);
  return {
    ...movement,
    order: { ...order, fees: [] },
    journal: { ...journal, legs },
    ...(payment && { payment: { ...payment, fees: [] } }),
  };
}
