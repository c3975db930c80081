// How customers set limits of their own: lower at once, higher after a cooling-off, and never above the bank's.
import type { Call } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { fromPositiveMoney } from '#chassis/money.ts';
import { LimitSubject } from '#gen/bank/transaction/v1/limit_pb.ts';
import type { Money } from '#gen/bank/type/v1/money_pb.ts';
import { refuse, refuseRequest } from './domain/refusals.ts';
import { currentLimits, customerLimit, lockOwn, type OwnRow, saveOwn, selectOwn } from './limits.ts';

const HOUR_MS = 3_600_000;

interface Asked {
  readonly code: string;
  readonly amount?: Money | undefined;
}

/** Sets a limit of whoever calls, and answers it as it is then. */
export async function setOwn(tx: CommandTx, { code, amount }: Asked, how: 'lower' | 'raise', call: Call) {
  const customerId = call.principal?.partyId ?? '';
  const { currency, minor } = fromPositiveMoney(amount ?? { currencyCode: '', amount: '' });
  await tx.query(lockOwn(customerId));
  const set = await currentLimits(tx);
  const limit = set?.limits.find((one) => one.code === code && one.subject === LimitSubject.CUSTOMER);
  if (!set || !limit) throw refuse('LIMIT_NOT_FOUND');
  const bank = fromPositiveMoney(limit.amount ?? { currencyCode: '', amount: '' });
  if (bank.currency !== currency) throw refuseRequest('CURRENCY_MISMATCH');
  const known = (await tx.query(selectOwn(customerId))).find((own) => own.code === code && own.currency === currency);
  // The bank may have lowered its own below it since.
  const now = known && BigInt(known.amount) < bank.minor ? BigInt(known.amount) : bank.minor;
  const own: OwnRow =
    how === 'lower'
      ? lowered(minor, now)
      : { ...raised(minor, now, bank.minor), nextMs: Date.now() + set.coolingOffHours * HOUR_MS };
  await tx.execute(saveOwn(customerId, own));
  tx.record({ resourceIds: [`limits/${code}`], partyId: customerId });
  return { limit: customerLimit(limit, own, undefined) };

  function lowered(to: bigint, from: bigint): OwnRow {
    if (to >= from) throw refuse('LIMIT_NOT_LOWER');
    return { code, currency, amount: String(to), nextAmount: null, nextMs: null };
  }

  function raised(to: bigint, from: bigint, most: bigint): OwnRow {
    if (to > most) throw refuse('LIMIT_ABOVE_BANK');
    if (to <= from) throw refuse('LIMIT_NOT_HIGHER');
    return { code, currency, amount: String(from), nextAmount: String(to), nextMs: null };
  }
}
