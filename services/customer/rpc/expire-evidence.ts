import { LockMode } from '@mikro-orm/core';
import type { CommandTx } from '#chassis/command.ts';
import { requireDate } from '#chassis/dates.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { CustomerService as Contract, type CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { assess } from '../assessing.ts';
import type { Context } from '../context.ts';
import { publishDecided } from '../events.ts';
import { currentTiers, EvidenceRow, selectExpired } from '../kyc-tables.ts';
import { CustomerRow } from '../tables.ts';

const AT_ONCE = 100;

/** Ends evidence of which the last day is over, of some customers. */
export function expireEvidence(context: Context): Rpcs<typeof CustomerService>['expireEvidence'] {
  return (request, call) => {
    const date = requireDate('business_date', request.businessDate).toString();
    return context.commands.run(Contract.method.expireEvidence, request, call, {
      prepare: async () => {
        const ids = (await context.database.query(selectExpired(date, AT_ONCE))).map(({ id }) => id);
        await Promise.all(ids.map((id) => context.vault.ready(id)));
        return ids;
      },
      decide: async (tx, ids) => ({ customerCount: await expire(context, tx, ids, date) }),
    });
  };
}

async function expire(context: Context, tx: CommandTx, ids: readonly string[], date: string): Promise<number> {
  if (ids.length === 0) return 0;
  const set = await currentTiers(tx);
  const lock = { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true, orderBy: { id: 'asc' } } as const;
  const customers = await tx.em.find(CustomerRow, { id: { $in: [...ids] } }, lock);
  for (const customer of customers) {
    const over = { customerId: customer.id, state: 'VERIFIED' as const, expireDate: { $lte: date } };
    for (const row of await tx.em.find(EvidenceRow, over, lock)) {
      const by = { deciderId: '', approverId: '', version: row.version + 1, updateTime: new Date() };
      Object.assign(row, { state: 'EXPIRED', ...by });
      publishDecided(tx, row);
    }
    await tx.em.flush();
    await assess(tx, context, customer, set);
  }
  return customers.length;
}
