import type { Rpcs } from '#chassis/serve.ts';
import type { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import type { Context } from '../context.ts';
import { refuse } from '../domain/refusals.ts';
import { RiskOverrideRow } from '../kyc-tables.ts';
import { overrideMessage } from '../risk-overrides.ts';
import { CustomerRow } from '../tables.ts';

const OVERRIDES_MAX = 100;

/** Reads a customer's risk, and why. */
export function getRiskRating({ database, vault }: Context): Rpcs<typeof CustomerService>['getRiskRating'] {
  return async ({ customerId }) => {
    const em = database.orm.em.fork();
    const row = await em.findOne(CustomerRow, { id: customerId });
    if (!row) throw refuse('CUSTOMER_NOT_FOUND');
    const newest = { orderBy: { version: 'desc' }, limit: OVERRIDES_MAX } as const;
    const overrides = await em.find(RiskOverrideRow, { customerId }, newest);
    return {
      rating: row.riskRating,
      ruledRating: row.ruledRating,
      reasons: row.riskReasons,
      overrides: await Promise.all(overrides.map((one) => overrideMessage(vault, one))),
    };
  };
}
