// The service killed while it pays what is due of scheduled payments.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { asPrincipal, customer } from '#chassis/testing/clients.ts';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import { PROOF } from '#chassis/testing/property.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { randomFreePort } from '../../tools/platform/ports.ts';
import { useBank } from '../_testbed/bank.ts';
import { endDay } from '../_testbed/days.ts';
import { checkLaws } from '../_testbed/laws.ts';
import { openAccount, payIn, registerPerson } from '../_testbed/opening.ts';
import { type ServiceProcess, startServiceProcess } from '../_testbed/service-process.ts';
import { transaction } from './service.ts';
import { minorOf, there } from './testing.ts';
import { aSchedule, dayIn, untilRegistered } from './testing-schedules.ts';

const KILLS = PROOF ? 20 : 2;
const ORDERS = 60;

describe('Scheduled payments whose service is killed', function killed() {
  this.timeout(300_000);
  const bank = useBank({ edge: false, services: ['ledger', 'customer', 'account'] });
  let database: TestDatabase;

  before(async () => {
    database = await cloneDatabase(transaction);
  });
  after(() => database?.drop());

  it('are paid once on each of their days, whenever that was', async () => {
    const port = await randomFreePort();
    const environment = {
      ...bank().environment,
      TRANSACTION_PORT: String(port),
      TRANSACTION_DATABASE_URL: database.runtimeUrl,
    };
    let running: ServiceProcess = await startServiceProcess('transaction', environment);
    const jana = await registerPerson(bank());
    const at = { service: TransactionService, audience: 'transaction' as const, address: `127.0.0.1:${port}` };
    const { issuer, identity } = bank();
    const client = asPrincipal({ ...at, issuer, identity }, customer(jana), { deadlineMs: 20_000 });
    await untilRegistered(bank());
    const [mine, his] = [await openAccount(bank(), { owners: [jana] }), await openAccount(bank(), {})];
    // Enough for all but the last of them.
    await payIn(bank(), mine, String(KILLS * ORDERS * 10 - 10));
    const start = await dayIn(bank(), 1);
    const orders = Array.from({ length: ORDERS }, () =>
      client.schedulePayment(aSchedule(mine, his, start, { recurrenceRule: 'FREQ=DAILY' })),
    );
    for (const { scheduledPayment } of await Promise.all(orders)) there(scheduledPayment);
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const ended = endDay(bank());
      // At some moment of the step: when the first of its payments is ordered, or after a while.
      const ordered = `select from scheduled_payment_run where run_date = '${start}'::date + ${kill - 1}`;
      while ((await database.query(ordered)).length === 0) await sleep(5);
      await sleep(Math.random() * 150);
      await running.kill('SIGKILL');
      running = await startServiceProcess('transaction', environment);
      await ended;
    }
    const unsettled = `select from command where state = 'planned' union all select from scheduled_payment where under_way`;
    while ((await database.query(unsettled)).length > 0) await sleep(50);
    client.close();
    await running.kill('SIGTERM');
    const total = KILLS * ORDERS;
    expect(await minorOf(bank(), his)).to.equal(BigInt((total - 1) * 1_000));
    const [sums] = await database.query<object>(`
      select count(*)::int as runs, count(distinct (scheduled_payment_id, due_date))::int as days,
        count(*) filter (where outcome = 'refused')::int as refused,
        (select count(*)::int from transaction where type = 'transfer' and state = 'posted') as posted,
        (select sum(paid_count)::int from scheduled_payment) as counted
      from scheduled_payment_run
    `);
    expect(sums).to.deep.equal({ runs: total, days: total, refused: 1, posted: total - 1, counted: total - 1 });
    await checkLaws(bank().database('ledger').superuserUrl);
  });
});
