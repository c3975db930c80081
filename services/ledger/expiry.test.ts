import { expect } from 'chai';
import { type ServiceUnderTest, startTestService } from '#chassis/testing/service.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { checkLaws } from '../_testbed/laws.ts';
import { ledger } from './service.ts';
import { journal, useLedger } from './testing.ts';
import { hold, holdsOf } from './testing-holds.ts';

describe('Holds whose time has passed', () => {
  const bank = useLedger();
  const holds = holdsOf(bank);
  const HOUR = 3_600_000;

  afterEach(() => holds.ahead());

  it('count until their expiry is recorded, and are not captured any more meanwhile', async () => {
    const [alice, shop] = [await bank.funded('10.00'), await bank.open()];
    await holds.placed(alice, shop, '10.00');
    await holds.ahead(2 * HOUR);
    expect(await holds.balances(alice)).to.equal('booked 10.00 held 10.00 in 0.00 available 0.00');
    expect(await bank.post([journal(alice, shop, '1.00')])).to.deep.equal(['INSUFFICIENT_FUNDS']);
    expect(await timers(1, () => holds.balances(alice))).to.equal('booked 10.00 held 0.00 in 0.00 available 10.00');
    expect(await holds.balances(shop)).to.equal('booked 0.00 held 0.00 in 0.00 available 0.00');
  });

  it('expire exactly once with several ledger processes, after downtime, and by the clock of the bank alone', async () => {
    const [alice, shop] = [await bank.funded('100.00'), await bank.open()];
    const long = hold(alice, shop, '1.00', {
      expireTime: { seconds: BigInt(Math.floor(Date.now() / 1000)) + 86_400n, nanos: 0 },
    });
    const asked = Array.from({ length: 40 }, () => hold(alice, shop, '1.00'));
    expect(new Set(await holds.place(...asked, long))).to.deep.equal(new Set(['placed']));
    await holds.ahead(2 * HOUR);
    expect(await timers(3, () => holds.balances(alice))).to.equal('booked 100.00 held 1.00 in 0.00 available 99.00');
    const events = await bank.database.query<{ count: string }>(
      "select count(*) from outbox where type = 'bank.ledger.v1.HoldExpired' and aggregate_id = any($1)",
      [asked.map(({ holdId }) => holdId)],
    );
    expect(events).to.deep.equal([{ count: '40' }]);
    expect(await holds.told(long.holdId ?? '')).to.equal('OPEN 1 captured 0.00 held 1.00');
    await checkLaws(bank.database.superuserUrl);
  });

  it('keep what is captured of them, and expire on frozen accounts too', async () => {
    const [alice, shop] = [await bank.funded('10.00'), await bank.open()];
    const id = await holds.placed(alice, shop, '10.00', { kind: JournalKind.TRANSFER });
    await holds.capture(id, '4.00');
    const freeze = { requestId: 'freeze', ledgerAccountId: alice, decreaseFrozen: true, increaseFrozen: true };
    await bank.as('account').setLedgerAccountFreeze(freeze);
    await holds.ahead(2 * HOUR);
    expect(await timers(2, () => holds.told(id))).to.equal('EXPIRED 3 captured 4.00 held 0.00');
  });

  /** Starts so many ledger processes with their timers, waits until they agree that nothing more changes, and looks. */
  async function timers(count: number, look: () => Promise<string>): Promise<string> {
    const environment = { BUSINESS_DATE_TIMER: 'on' };
    const timed: ServiceUnderTest<typeof LedgerService>[] = [];
    try {
      for (let one = 0; one < count; one += 1)
        timed.push(await startTestService(ledger, { beside: bank, environment }));
      for (let tries = 0; tries < 100; tries += 1) {
        const due = await bank.database.query(
          `select from hold where state = 'open' and expire_time <= now() + interval '2 hours'`,
        );
        if (due.length === 0) break;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return await look();
    } finally {
      await Promise.all(timed.map((one) => one.stop()));
    }
  }
});
