import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { asPrincipal } from '#chassis/testing/clients.ts';
import { refused, staff, testEnvironment } from '#chassis/testing/service.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { randomFreePort } from '../../tools/platform/ports.ts';
import { startServiceProcess } from '../_testbed/service-process.ts';
import { journal, useLedger } from './testing.ts';
import { booksOf } from './testing-books.ts';

describe('The closing of a period', () => {
  const bank = useLedger();
  const books = booksOf(bank);
  let alice: string;
  let fees: string;
  const earn = (amount: string) => bank.post([journal(alice, fees, amount, { kind: JournalKind.FEE })]);
  const states = async () =>
    (await bank.database.query<{ state: string }>('select state from accounting_period order by no')).map(
      ({ state }) => state,
    );

  before(async () => {
    alice = await bank.funded('100.00');
    fees = await books.own('4010');
  });

  it('is gone on with by another process when its own is killed, and books once', async function once() {
    this.timeout(60_000);
    await earn('5.00');
    const endDate = await books.endDay();
    const port = await randomFreePort();
    const killed = await startServiceProcess('ledger', {
      ...testEnvironment(bank.dataDir),
      LEDGER_PORT: String(port),
      LEDGER_DATABASE_URL: bank.database.runtimeUrl,
    });
    const { issuer, identity } = bank;
    const there = asPrincipal(
      { service: LedgerService, audience: 'ledger', address: `127.0.0.1:${port}`, issuer, identity },
      staff('BACK_OFFICE'),
    );
    // The closing is planned, and its journals cannot be booked before the process is dead.
    const lock = await bank.database.open('superuser');
    await lock.query('begin');
    await lock.query('select from ledger_account where id = $1 for update', [fees]);
    const request = { requestId: newId('evt'), endDate };
    const lost = there.closePeriod(request).catch((error: Error) => error);
    await eventually(async () => expect(await states()).to.deep.equal(['closing']));
    await refused(books.close(endDate), 'ACCOUNTING_PERIOD_CLOSING');
    await killed.kill('SIGKILL');
    expect(await lost).to.be.instanceOf(Error);
    there.close();
    await lock.query('rollback');
    await lock.end();

    await eventually(async () => expect(await states()).to.deep.equal(['closed']));
    const { period } = await bank.asPrincipal(staff('BACK_OFFICE')).closePeriod(request);
    expect(period?.results.map(({ result }) => result?.amount)).to.deep.equal(['5.00']);
    expect(await bank.booked('lac_retained_earnings_eur')).to.equal('5.00');
    expect(await bank.booked(fees)).to.equal('0.00');
  });

  it('is refused when an account freezes right before its journals are booked, and can be asked for anew', async () => {
    await earn('3.00');
    const endDate = await books.endDay();
    const lock = await bank.database.open('superuser');
    await lock.query('begin');
    await lock.query('update ledger_account set decrease_frozen = true where id = $1', [fees]);
    const requestId = newId('evt');
    const asked = refused(books.close(endDate, { requestId }), 'LEDGER_ACCOUNT_FROZEN');
    await eventually(async () => expect(await states()).to.deep.equal(['closed', 'closing']));
    await lock.query('commit');
    await asked;
    await refused(books.close(endDate, { requestId }), 'LEDGER_ACCOUNT_FROZEN');
    expect(await states()).to.deep.equal(['closed', 'refused']);
    expect(await bank.booked('lac_retained_earnings_eur')).to.equal('5.00');

    await lock.query('update ledger_account set decrease_frozen = false where id = $1', [fees]);
    await lock.end();
    const { period } = await books.close(endDate);
    expect(period?.results.map(({ result }) => result?.amount)).to.deep.equal(['3.00']);
    expect(await states()).to.deep.equal(['closed', 'refused', 'closed']);
    expect(await bank.booked('lac_retained_earnings_eur')).to.equal('8.00');
  });
});

const PATIENCE_MS = 20_000;

async function eventually(check: () => Promise<unknown>): Promise<void> {
  for (const until = Date.now() + PATIENCE_MS; ; ) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
