import { LockMode } from '@mikro-orm/core';
import type { CommandTx } from '#chassis/command.ts';
import { requireDate } from '#chassis/dates.ts';
import type { Rpcs } from '#chassis/serve.ts';
import { CustomerService as Contract, type CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { assess } from '../assessing.ts';
import type { Context } from '../context.ts';
import { publishDecided, publishExpiring } from '../events.ts';
import { currentTiers, EvidenceRow, selectExpiring } from '../kyc-tables.ts';
import { CustomerRow } from '../tables.ts';

const AT_ONCE = 100;

/** So many days before its last one customers are told, to send another document in time. */
const REMIND_DAYS = 30;

/** Ends evidence of which the last day is over, of some customers, and reminds of what is soon over. */
export function expireEvidence(context: Context): Rpcs<typeof CustomerService>['expireEvidence'] {
  return (request, call) => {
    const day = requireDate('business_date', request.businessDate);
    const [date, soon] = [day.toString(), soonAfter(day).toString()];
    return context.commands.run(Contract.method.expireEvidence, request, call, {
      prepare: async () => {
        const ids = (await context.database.query(selectExpiring(date, soon, AT_ONCE))).map(({ id }) => id);
        await Promise.all(ids.map((id) => context.vault.ready(id)));
        return ids;
      },
      decide: async (tx, ids) => ({ customerCount: await expire(context, tx, ids, { date, soon }) }),
    });
  };
}

/** Up to the last day that can be written. */
function soonAfter(day: Temporal.PlainDate): Temporal.PlainDate {
  const soon = day.add({ days: REMIND_DAYS });
  return soon.year > 9999 ? day : soon;
}

async function expire(
  context: Context,
  tx: CommandTx,
  ids: readonly string[],
  { date, soon }: { readonly date: string; readonly soon: string },
): Promise<number> {
  if (ids.length === 0) return 0;
  const set = await currentTiers(tx);
  const lock = { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true, orderBy: { id: 'asc' } } as const;
  const customers = await tx.em.find(CustomerRow, { id: { $in: [...ids] } }, lock);
  for (const customer of customers) {
    const rows = await tx.em.find(EvidenceRow, { customerId: customer.id, state: 'VERIFIED' as const }, lock);
    for (const row of rows) {
      const last = row.expireDate ?? '';
      if (last > soon || (last > date && row.reminded)) continue;
      Object.assign(row, { version: row.version + 1, updateTime: new Date() });
      if (last <= date) {
        Object.assign(row, { state: 'EXPIRED', deciderId: '', approverId: '' });
        publishDecided(tx, row);
        continue;
      }
      row.reminded = true;
      publishExpiring(tx, row);
    }
    await tx.em.flush();
    await assess(tx, context, customer, set);
  }
  return customers.length;
}
