import { expect } from 'chai';
import { Refusal } from '#chassis/errors.ts';
import { asPrincipal, customer, staffAt } from '#chassis/testing/clients.ts';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { randomFreePort } from '../../tools/platform/ports.ts';
import { type Bank, startBank } from '../_testbed/bank.ts';
import { type Line, openLine } from '../_testbed/line.ts';
import { openAccount, registerPerson } from '../_testbed/opening.ts';
import { type ServiceProcess, startServiceProcess } from '../_testbed/service-process.ts';
import { transaction } from './service.ts';
import { type Callable, deposit, placed, transfer } from './testing.ts';

describe('Whose a transaction and a hold are', function whose() {
  this.timeout(60_000);
  let bank: Bank;
  let database: TestDatabase;
  let line: Line;
  let running: ServiceProcess;
  let port = 0;
  const clients: { close(): void }[] = [];

  before(async () => {
    bank = await startBank({ edge: false, services: ['ledger', 'customer', 'account', 'security'] });
    database = await cloneDatabase(transaction);
    line = await openLine(bank.address('account'));
    port = await randomFreePort();
    running = await startServiceProcess('transaction', {
      ...bank.environment,
      TRANSACTION_DATABASE_URL: database.runtimeUrl,
      TRANSACTION_PORT: String(port),
      ACCOUNT_ADDRESS: line.address,
    });
  });
  after(async () => {
    for (const client of clients) client.close();
    await running?.kill();
    await line?.close();
    await database?.drop();
    await bank?.stop();
  });

  /** The process, as somebody calls it. */
  const called: Callable = {
    asPrincipal(service, actor) {
      const { issuer, identity } = bank;
      const callable = { service, audience: 'transaction' as const, address: `127.0.0.1:${port}`, issuer, identity };
      const client = asPrincipal(callable, actor, { deadlineMs: 5_000 });
      clients.push(client);
      return client;
    },
  };

  it('is asked of account whether there is one or not, so that how long it takes tells nothing', async () => {
    const [mine, his] = [await openAccount(bank), await openAccount(bank)];
    await deposit(called, mine, '100');
    const { transactionId } = await transfer(called, mine, his, '1');
    const { holdId } = await placed(called, mine, his, '1');
    const strangers: Actor[] = [customer(await registerPerson(bank)), staffAt('brn_else', 'BRANCH_MANAGER')];
    const reads = strangers.flatMap((stranger) => {
      const client = called.asPrincipal(TransactionService, stranger);
      return [
        () => client.getTransaction({ transactionId }),
        () => client.getTransaction({ transactionId: 'txn_unknown' }),
        () => client.getHold({ holdId }),
        () => client.getHold({ holdId: 'hld_unknown' }),
      ];
    });
    for (const read of reads) expect(await whyNot(read())).to.match(/_NOT_FOUND$/);
    line.cut();
    for (const read of reads) expect(await whyNot(read())).to.equal('SERVICE_UNAVAILABLE');
  });
});

/** The reason of a refusal. */
async function whyNot(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'answered',
    (error: unknown) => (error instanceof Refusal ? error.reason : String(error)),
  );
}
