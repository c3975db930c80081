import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { openDatabase } from '#chassis/database.ts';
import { newId } from '#chassis/id.ts';
import { makeLog } from '#chassis/log.ts';
import { cloneDatabase } from '#chassis/testing/database.ts';
import { staff, startTestService } from '#chassis/testing/service.ts';
import { checkLaws } from '../_testbed/laws.ts';
import { type LedgerClock, openFirstDay } from './clock.ts';
import { ledger } from './service.ts';
import { journal, useLedger } from './testing.ts';

describe("The ledger's days", () => {
  const bank = useLedger();
  const backOffice = () => bank.asPrincipal(staff('BACK_OFFICE'));

  it('are turned by the timer, every missed one in order, as the clock passes midnight in the zone of the bank', async () => {
    const { openDate } = await backOffice().getBusinessDate({});
    const first = Temporal.PlainDate.from(openDate);
    await setClock(noonOf(first.add({ days: 5 })));
    const timed = await startTestService(ledger, { beside: bank, environment: { BUSINESS_DATE_TIMER: 'on' } });
    try {
      await opens(first.add({ days: 5 }));
      const days = await bank.database.query<{ date: string; state: string }>(
        'select date::text, state from business_day order by date',
      );
      const expected = [0, 1, 2, 3, 4].map((days) => ({ date: first.add({ days }).toString(), state: 'closed' }));
      expect(days).to.deep.equal([...expected, { date: first.add({ days: 5 }).toString(), state: 'open' }]);

      // A minute before midnight it is still today, a minute after it is tomorrow: in Prague, not in UTC.
      const midnight = first.add({ days: 6 }).toZonedDateTime({ timeZone: 'Europe/Prague' });
      await setClock(midnight.subtract({ minutes: 1 }).toInstant());
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      expect((await backOffice().getBusinessDate({})).openDate).to.equal(first.add({ days: 5 }).toString());
      await setClock(midnight.add({ minutes: 1 }).toInstant());
      await opens(first.add({ days: 6 }));
    } finally {
      await timed.stop();
    }
  });

  it('go on being booked on while they turn, by two ledger processes at once', async () => {
    const cash = await bank.cash();
    const alice = await bank.open();
    const { openDate } = await backOffice().getBusinessDate({});
    const target = Temporal.PlainDate.from(openDate).add({ days: 10 });
    await setClock(noonOf(target));
    const environment = { BUSINESS_DATE_TIMER: 'on' };
    const timed = await Promise.all([
      startTestService(ledger, { beside: bank, environment }),
      startTestService(ledger, { beside: bank, environment }),
    ]);
    let turning = true;
    const told: string[] = [];
    const posting = (async () => {
      while (turning) told.push(...(await bank.post([journal(cash, alice, '1.00')])));
    })();
    try {
      await opens(target);
    } finally {
      turning = false;
      await posting;
      await Promise.all(timed.map((one) => one.stop()));
    }
    expect(new Set(told)).to.deep.equal(new Set(['posted']));
    await checkLaws(bank.database.superuserUrl);
  });

  async function setClock(time: Temporal.Instant): Promise<void> {
    await backOffice().setClock({ requestId: newId('evt'), clockTime: timestampFromMs(time.epochMilliseconds) });
  }

  async function opens(date: Temporal.PlainDate): Promise<void> {
    for (let tries = 0; tries < 200; tries += 1) {
      const days = await backOffice().getBusinessDate({});
      if (days.openDate === date.toString() && days.closingDates.length === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`${date.toString()} is not opened`);
  }
});

function noonOf(date: Temporal.PlainDate): Temporal.Instant {
  return date.toZonedDateTime({ timeZone: 'Europe/Prague', plainTime: '12:00' }).toInstant();
}

describe('The first day of a ledger', () => {
  it('is opened once, by whichever of many processes that begin together', async () => {
    const log = makeLog('test', 'silent');
    const clock = { today: async () => Temporal.Now.plainDateISO() } as LedgerClock;
    const database = await cloneDatabase(ledger);
    // Each takes some time to look, so that those who look before the first is done decide after it.
    await database.query(`
      create function look_slowly() returns trigger language plpgsql as
        $$ begin perform pg_sleep(random() / 10); return new; end $$;
      create trigger a_slow_look before insert on business_day for each row execute function look_slowly();
    `);
    const options = { service: 'ledger', entities: [], poolMax: 1, statementTimeoutMs: 30_000, log };
    const processes = await Promise.all(
      Array.from({ length: 8 }, () => openDatabase({ ...options, url: database.runtimeUrl })),
    );
    await Promise.all(processes.map((one) => openFirstDay(one, clock)));
    expect(await database.query('select from business_day')).to.have.length(1);
    for (const one of processes) await one[Symbol.asyncDispose]();
    await database.drop();
  });
});
