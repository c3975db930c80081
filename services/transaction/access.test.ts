import { expect } from 'chai';
import type { Client } from '#chassis/call.ts';
import { asPrincipal, customer, refused, staffAt } from '#chassis/testing/clients.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { randomFreePort } from '../../tools/platform/ports.ts';
import { useBank } from '../_testbed/bank.ts';
import { type Line, openLine } from '../_testbed/line.ts';
import { openAccount, registerPerson } from '../_testbed/opening.ts';
import { type ServiceProcess, startServiceProcess } from '../_testbed/service-process.ts';
import { deposit, placed, transfer } from './testing.ts';

describe('Whose a transaction and a hold are', function whose() {
  this.timeout(60_000);
  const bank = useBank({ edge: false });
  let line: Line;
  let running: ServiceProcess;
  /** A customer, and a teller, who have nothing to do with them. */
  let strangers: Client<typeof TransactionService>[] = [];
  let transactionId = '';
  let holdId = '';

  before(async () => {
    line = await openLine(bank().address('account'));
    const port = await randomFreePort();
    const moved = { TRANSACTION_PORT: String(port), ACCOUNT_ADDRESS: line.address };
    running = await startServiceProcess('transaction', { ...bank().environment, ...moved });
    const { issuer, identity } = bank();
    const callable = { service: TransactionService, audience: 'transaction' as const, issuer, identity };
    strangers = [customer(await registerPerson(bank())), staffAt('brn_else', 'BRANCH_MANAGER')].map((who) =>
      asPrincipal({ ...callable, address: `127.0.0.1:${port}` }, who, { deadlineMs: 5_000 }),
    );
    const [mine, his] = [await openAccount(bank()), await openAccount(bank())];
    await deposit(bank(), mine, '100');
    ({ transactionId } = await transfer(bank(), mine, his, '1'));
    ({ holdId } = await placed(bank(), mine, his, '1'));
  });
  after(async () => {
    for (const stranger of strangers) stranger.close();
    await running?.kill();
    await line?.close();
  });

  const reads = (client: Client<typeof TransactionService>) => [
    () => client.getTransaction({ transactionId }),
    () => client.getTransaction({ transactionId: 'txn_unknown' }),
    () => client.getHold({ holdId }),
    () => client.getHold({ holdId: 'hld_unknown' }),
  ];

  it('is asked of account whether there is one or not, so that how long it takes tells nothing', async () => {
    for (const stranger of strangers) {
      for (const read of reads(stranger)) expect(await whyNot(read())).to.match(/_NOT_FOUND$/);
    }
    line.hold();
    const waiting = strangers.flatMap((stranger) => reads(stranger).map((read) => refused(read(), 'DEADLINE_PASSED')));
    await Promise.all(waiting);
    line.release();
  });
});

async function whyNot(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'answered',
    (error: { reason?: string }) => error.reason ?? String(error),
  );
}
