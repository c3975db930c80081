// The service killed in the middle of a file, as a process, again and again: every payment is made, and once.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { asPrincipal, customer } from '#chassis/testing/clients.ts';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import type { Account } from '#gen/bank/account/v1/account_pb.ts';
import { IntegrationService } from '#gen/bank/integration/v1/integration_service_pb.ts';
import { randomFreePort } from '../../tools/platform/ports.ts';
import { useBank } from '../_testbed/bank.ts';
import { checkLaws } from '../_testbed/laws.ts';
import { accountsAs, aRequestId, openAccount, payIn, registerPerson } from '../_testbed/opening.ts';
import { type ServiceProcess, startServiceProcess } from '../_testbed/service-process.ts';
import { integration } from './service.ts';
import { ended, paymentFile } from './testing.ts';

/** Several pieces, so that there is something before, in and after the one at which it dies. */
const PAYMENTS = 1_300;
const PATIENCE_MS = 60_000;

describe('An integration service that is killed', function killedFiles() {
  this.timeout(180_000);
  const bank = useBank({ edge: false, services: ['security', 'ledger', 'customer', 'account', 'transaction'] });
  let database: TestDatabase;
  let process: ServiceProcess | undefined;
  let jana = '';
  let mine: Account;
  let his: Account;

  before(async () => {
    database = await cloneDatabase(integration);
    jana = await registerPerson(bank());
    const petr = await registerPerson(bank());
    mine = await openAccount(bank(), { owners: [jana] });
    his = await openAccount(bank(), { owners: [petr] });
    await payIn(bank(), mine, '1000.00');
  });
  after(async () => {
    await process?.kill();
    await database.drop();
  });

  async function start(): Promise<number> {
    const port = await randomFreePort();
    const own = { INTEGRATION_PORT: String(port), INTEGRATION_DATABASE_URL: database.runtimeUrl };
    process = await startServiceProcess('integration', { ...bank().environment, ...own });
    return port;
  }
  function clientAt(port: number) {
    const { issuer, identity } = bank();
    const address = `127.0.0.1:${port}`;
    return asPrincipal(
      { service: IntegrationService, audience: 'integration', address, issuer, identity },
      customer(jana),
      { deadlineMs: 20_000 },
    );
  }
  /** Waits until so many payments stand at their payee, whether their outcomes are written or not. */
  async function untilPaid(least: number): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    while ((await paid()) < least && Date.now() < end) await sleep(5);
  }
  async function paid(): Promise<number> {
    const { booked } = await accountsAs(bank(), 'TELLER').getAccountBalance({ accountId: his.accountId });
    // Each payment is a hundredth.
    return Number((booked?.amount ?? '').replace('.', ''));
  }

  it('makes every payment of a file once', async () => {
    const client = clientAt(await start());
    const payments = Array.from({ length: PAYMENTS }, (_, index) => {
      return { endToEndId: `S${index}`, amount: '0.01', iban: his.iban };
    });
    const content = paymentFile(aRequestId(), mine.iban, payments);
    const partDigests: string[] = [];
    for (let at = 0; at < content.length; at += 500_000) {
      const part = content.subarray(at, at + 500_000);
      partDigests.push((await client.uploadPaymentFilePart({ requestId: aRequestId(), content: part })).partDigest);
    }
    const { paymentFile: file } = await client.submitPaymentFile({ requestId: aRequestId(), partDigests });
    client.close();
    // While it reads, then in the middle of a piece.
    for (const least of [0, 1]) {
      await untilPaid(least);
      await process?.kill();
      // Its lease is over at once here, and after a minute elsewhere.
      await database.query("update payment_file set lease_time = '-infinity'");
      await start();
    }
    const again = clientAt(process?.port ?? 0);
    const { bookedCount, refusedCount } = await ended(again, file?.paymentFileId ?? '');
    again.close();
    expect([bookedCount, refusedCount]).to.deep.equal([PAYMENTS, 0]);
    expect(await paid()).to.equal(PAYMENTS);
    await checkLaws(bank().database('ledger').superuserUrl);
  });
});
