// A sample service with an order: it calls another service, which here is a table of effects. Run as a program it is a
// process of its own, which may die on the way: `DIE=before-call` or `DIE=after-call`.
import { sql } from 'kysely';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { type House, runService } from '../boot.ts';
import { insertEffect, insertNotes, refuseSample, sampleService } from './sample.ts';

/** What the steps of an order meet on their way. */
export interface OrderHooks {
  beforeCall?(id: string): Promise<void>;
  afterCall?(id: string): Promise<void>;
}

/** A service whose OpenLedgerAccount is an order: planned as a note, carried out as an effect, settled as a note. */
export function orderSample(hooks: OrderHooks) {
  return sampleService((house) => {
    const order = house.orders.define({
      method: LedgerService.method.openLedgerAccount,
      async plan(tx, { id, currency }: { id: string; currency: string }) {
        if (currency === 'NIL') throw refuseSample('NOT_YET');
        tx.write(insertNotes, { id, text: 'planned' });
        return { id, currency };
      },
      async carryOut(intent, { validateOnly }) {
        if (validateOnly) return { times: 0 };
        await hooks.beforeCall?.(intent.id);
        const times = await makeEffect(house, intent.id);
        await hooks.afterCall?.(intent.id);
        if (intent.currency === 'YYY') throw refuseSample('NOT_YET');
        return { times };
      },
      async settle(tx, { id, currency }, outcome) {
        tx.write(insertNotes, { id, text: 'refusal' in outcome ? 'refused' : 'settled' });
        return { ledgerAccount: { ledgerAccountId: id, currencyCode: currency } };
      },
    });
    return {
      openLedgerAccount: (request, call) =>
        order.run(request, call, async () => ({ id: request.ledgerAccountId, currency: request.currencyCode })),
    };
  });
}

async function makeEffect({ database }: House, id: string): Promise<number> {
  await database.query(insertEffect(id));
  const [row] = await database.query(sql<{ times: number }>`select times from effect where id = ${id}`);
  return row?.times ?? 0;
}

if (import.meta.main) {
  const die = async (): Promise<void> => {
    process.kill(process.pid, 'SIGKILL');
    await new Promise(() => {});
  };
  await runService(
    orderSample({
      ...(process.env['DIE'] === 'before-call' && { beforeCall: die }),
      ...(process.env['DIE'] === 'after-call' && { afterCall: die }),
    }),
  );
}
