import type { Rpcs } from '#chassis/serve.ts';
import { LimitSubject } from '#gen/bank/transaction/v1/limit_pb.ts';
import type { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Context } from '../context.ts';
import { currentLimits, customerLimit, selectOwn, usedOf } from '../limits.ts';

/** Lists the limits of whoever calls, with their own and what is used of each. */
export function listLimits({ clock, database }: Context): Rpcs<typeof TransactionService>['listLimits'] {
  return async (_request, { principal }) => {
    const customerId = principal?.partyId ?? '';
    const [set, { openDate }] = await Promise.all([currentLimits(database), clock.read()]);
    const limits = (set?.limits ?? []).filter(({ subject }) => subject === LimitSubject.CUSTOMER);
    const [own, used] = await Promise.all([
      database.query(selectOwn(customerId)),
      usedOf(database, limits, customerId, openDate),
    ]);
    const ownOf = new Map(own.map((row) => [row.code, row]));
    return { limits: limits.map((limit) => customerLimit(limit, ownOf.get(limit.code), used.get(limit.code))) };
  };
}
