import { expect } from 'chai';
import fc from 'fast-check';
import { type Database, openDatabase } from '#chassis/database.ts';
import { Refusal } from '#chassis/errors.ts';
import { makeLog } from '#chassis/log.ts';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import { holds } from '#chassis/testing/property.ts';
import { forgetUsage } from './forgetting-usage.ts';
import { transaction } from './service.ts';
import { giveBackBut, reserve, settleReservations } from './usage.ts';

const DAYS = ['2026-05-04', '2026-05-05', '2026-05-06'] as const;
const day = fc.constantFrom(...DAYS);
const OWNERS = ['cus_a', 'cus_b'] as const;

/** An order of some owners, and what becomes of it: booked on a day, refused, or still under way. */
const order = fc.record({
  owners: fc.uniqueArray(fc.constantFrom(...OWNERS), { minLength: 1, maxLength: 2 }),
  amount: fc.bigInt({ min: 1n, max: 60n }),
  date: day,
  outcome: fc.oneof(day, fc.constant('refused'), fc.constant('under way')),
});

describe('What is used up of a day', () => {
  let cloned: TestDatabase;
  let database: Database;
  const LIMIT = 100n;

  before(async () => {
    cloned = await cloneDatabase(transaction);
    const settings = { service: 'transaction', entities: [], poolMax: 2, statementTimeoutMs: 60_000 };
    database = await openDatabase({ ...settings, url: cloned.runtimeUrl, log: makeLog('test', 'silent') });
  });
  after(async () => {
    await database[Symbol.asyncDispose]();
    await cloned.drop();
  });

  /** Reserves, and answers whether there was enough left. */
  const reserved = (
    id: string,
    { owners, amount, date }: { owners: readonly string[]; amount: bigint; date: string },
  ) =>
    database.transaction(async (tx) => {
      const ofTier = { period: 'day', date, amountMax: LIMIT, countMax: null, code: '', customerId: '' } as const;
      const shares = owners.map((subject) => ({ ...ofTier, subject }));
      try {
        await reserve(tx, { id, currency: 'CZK', amount }, { shares });
        return true;
      } catch (error) {
        if (error instanceof Refusal) return false;
        throw error;
      }
    });

  it('is what was ordered and not refused, on the day on which it was booked, and never more than the limit when it is ordered', async () => {
    let run = 0;
    await holds(
      fc.asyncProperty(fc.array(order, { maxLength: 12 }), async (orders) => {
        run += 1;
        const mine = (customerId: string) => `${customerId}_${run}`;
        const model = new Map<string, bigint>();
        const add = (customerId: string, date: string, amount: bigint) =>
          model.set(`${customerId} ${date}`, (model.get(`${customerId} ${date}`) ?? 0n) + amount);
        for (const [index, { outcome, ...one }] of orders.entries()) {
          const id = `txn_${run}_${index}`;
          const owners = one.owners.map(mine);
          const fits = owners.every((owner) => (model.get(`${owner} ${one.date}`) ?? 0n) + one.amount <= LIMIT);
          expect(await reserved(id, { ...one, owners })).to.equal(fits);
          if (!fits) continue;
          if (outcome !== 'under way') {
            const bookingDate = outcome === 'refused' ? null : outcome;
            await database.query(settleReservations([{ id, bookingDate }]));
            // Settled once more, by whoever comes after one that was killed.
            await database.query(settleReservations([{ id, bookingDate }]));
          }
          for (const owner of owners) {
            if (outcome !== 'refused') add(owner, outcome === 'under way' ? one.date : outcome, one.amount);
          }
        }
        const rows = await cloned.query<{ key: string; amount: string }>(
          `select subject || ' ' || date as key, amount::text from limit_usage
           where subject like '%_${run}' and amount > 0 order by 1`,
        );
        const expected = [...model].filter(([, amount]) => amount > 0n).map(([key, amount]) => `${key} ${amount}`);
        expect(rows.map(({ key, amount }) => `${key} ${amount}`)).to.deep.equal(expected.toSorted());
      }),
      { runs: 25, proofRuns: 500 },
    );
  });

  it('is right where one order moves to a day from which another one of the same commit is given back', async () => {
    const [first, second] = DAYS;
    const owners = ['cus_together'];
    await reserved('txn_moves', { owners, amount: 30n, date: first });
    await reserved('txn_refused', { owners, amount: 40n, date: second });
    await database.query(
      settleReservations([
        { id: 'txn_moves', bookingDate: second },
        { id: 'txn_refused', bookingDate: null },
      ]),
    );
    const rows = await cloned.query<{ date: string; amount: string }>(
      `select date::text, amount::text from limit_usage where subject = 'cus_together' order by 1`,
    );
    expect(rows).to.deep.equal([
      { date: first, amount: '0' },
      { date: second, amount: '30' },
    ]);
  });

  it('lets just so many of many at the same time', async () => {
    const one = { owners: ['cus_many'], amount: 30n, date: DAYS[0] };
    const outcomes = await Promise.all(Array.from({ length: 10 }, (_, index) => reserved(`txn_many_${index}`, one)));
    expect(outcomes.filter(Boolean)).to.have.length(3);
  });

  const used = (subject: string) =>
    cloned.query<{ period: string; amount: string }>(
      'select period, amount::text from limit_usage where subject = $1 order by period',
      [subject],
    );

  it('is counted apart by day and by month, also on the first day of both', async () => {
    const share = {
      subject: 'monthly',
      date: '2026-06-01',
      amountMax: LIMIT,
      countMax: null,
      code: '',
      customerId: '',
    };
    for (const [id, period] of [
      ['txn_month', 'month'],
      ['txn_day', 'day'],
    ] as const) {
      const order = { id, currency: 'CZK', amount: 80n };
      await database.transaction((tx) => reserve(tx, order, { shares: [{ ...share, period }] }));
    }
    await database.query(settleReservations([{ id: 'txn_month', bookingDate: null }]));
    expect(await used('monthly')).to.deep.equal([
      { period: 'day', amount: '80' },
      { period: 'month', amount: '0' },
    ]);
  });

  it('is given back in part, once, where a part comes back', async () => {
    await reserved('cau_part', { owners: ['cus_part'], amount: 70n, date: DAYS[0] });
    for (let time = 0; time < 2; time += 1) await database.query(giveBackBut('cau_part', '30'));
    expect(await used('cus_part')).to.deep.equal([{ period: 'day', amount: '30' }]);
    await database.query(settleReservations([{ id: 'cau_part', bookingDate: null }]));
    expect(await used('cus_part')).to.deep.equal([{ period: 'day', amount: '0' }]);
  });

  it('is given back where the hold of a card has expired, and forgotten when two months are over', async () => {
    const at = async (openDate: string) => {
      const time = { openDate: Temporal.PlainDate.from(openDate), now: Temporal.Instant.from(`${openDate}T12:00:00Z`) };
      await forgetUsage({ clock: { read: async () => time }, database })();
    };
    const kept = () => cloned.query(`select 1 from limit_reservation where subject like 'cus_kept%'`);
    await cloned.query(
      `insert into card_authorization (id, message_key, card_id, account_id, party_id, currency, requested, amount, state,
        response_code, advice, retrieval_reference, hold_id, busy, transaction_id, date, version, create_time, expire_time)
       values ('cau_kept', 'k', 'car_1', 'acc_1', 'cus_1', 'CZK', 20, 20, 'approved', '00', false, '', 'hld_1', false, '',
        '2026-05-04', 1, now(), '2026-05-11T00:00:00Z')`,
    );
    await reserved('cau_kept', { owners: ['cus_kept_held'], amount: 20n, date: DAYS[0] });
    await reserved('txn_kept', { owners: ['cus_kept'], amount: 20n, date: DAYS[0] });
    const posted = { id: 'txn_kept', bookingDate: DAYS[0], type: 'outgoing_transfer', state: 'posted' } as const;
    await database.query(settleReservations([posted]));
    await at('2026-05-10');
    expect(await kept()).to.have.length(2);
    await at('2026-05-12');
    expect(await kept()).to.have.length(1);
    expect(await used('cus_kept_held')).to.deep.equal([{ period: 'day', amount: '0' }]);
    await at('2026-08-01');
    expect(await kept()).to.deep.equal([]);
    expect(await used('cus_kept')).to.deep.equal([]);
    // What comes back after that gives back nothing.
    await database.query(settleReservations([{ id: 'txn_kept', bookingDate: null }]));
  });
});
