// What the tests of limits share.
import type { MessageInitShape } from '@bufbuild/protobuf';
import { staff } from '#chassis/testing/clients.ts';
import { LimitPeriod, type LimitSchema, LimitSubject } from '#gen/bank/transaction/v1/limit_pb.ts';
import { aRequestId, as, type Callable, czk, executed } from './testing.ts';

type Init = Exclude<MessageInitShape<typeof LimitSchema>, { $typeName: string }>;

/** A limit of a customer's day in CZK, unless told otherwise. */
export function aLimit(code: string, amount: string, limit: Partial<Init> = {}) {
  return { code, subject: LimitSubject.CUSTOMER, period: LimitPeriod.DAY, amount: czk(amount), ...limit };
}

/** Puts limits in force, by two officers. */
export async function publishLimits(
  bank: Callable,
  limits: readonly Init[],
  coolingOffHours?: number,
  payeeCoolingOffHours?: number,
): Promise<number> {
  const [current] = (await as(bank, 'COMPLIANCE').listLimitSets({ pageSize: 1 })).limitSets;
  const { limitSet } = await executed(bank, staff('COMPLIANCE')).publishLimitSet({
    requestId: aRequestId(),
    baseVersion: current?.version ?? 0,
    limits: [...limits],
    ...(coolingOffHours !== undefined && { coolingOffHours }),
    ...(payeeCoolingOffHours !== undefined && { payeeCoolingOffHours }),
  });
  return limitSet?.version ?? 0;
}
