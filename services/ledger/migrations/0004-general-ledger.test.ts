import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { migrate } from '#chassis/database.ts';
import { makeLog } from '#chassis/log.ts';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import { type ServiceUnderTest, staff, startTestService } from '#chassis/testing/service.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { checkLaws } from '../../_testbed/laws.ts';
import { ledger } from '../service.ts';
import { journal, told } from '../testing.ts';
import { Ledger } from './0001-ledger.ts';

describe('A ledger of the release before the general ledger', () => {
  let database: TestDatabase;
  let dataDir: string;
  let bank: ServiceUnderTest<typeof LedgerService>;

  before(async () => {
    database = await cloneDatabase({ name: 'ledger', migrations: [{ name: '0001-ledger', class: Ledger }] });
    dataDir = await mkdtemp(path.join(tmpdir(), 'corebank-test-'));
    await fill(database);
    const steps = ledger.migrations;
    await migrate({ url: database.ownerUrl, service: 'ledger', steps, log: makeLog('test', 'silent') });
    bank = await startTestService(ledger, { beside: { database, dataDir } });
  });
  after(async () => {
    await bank.stop();
    await database.drop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('has all that was booked in its general ledger', async () => {
    const answer = await bank.asPrincipal(staff('AUDITOR')).tieOutGeneralLedger({});
    expect(answer.tied).to.equal(true);
    expect(
      answer.lines.map(({ generalLedgerCode, generalLedger, entryCount }) =>
        [generalLedgerCode, generalLedger?.amount, entryCount].join(' '),
      ),
    ).to.deep.equal(['1010 3.00 2', '2010 -2.50 3', '4010 -0.50 1']);
    await checkLaws(database.superuserUrl);
  });

  it('knows what it knew, goes on from there, and can close the year', async () => {
    const read = async (time: number) => {
      const asked = { ledgerAccountIds: ['lac_alice'], knownAt: timestampFromMs(time) };
      return (await bank.as('account').getBalances(asked)).balances.map(({ booked }) => booked?.amount);
    };
    const known = await database.query<{ time: Date }>('select known_time as time from journal order by no');
    const times = known.map(({ time }) => time.getTime());
    expect(await read(times[0]!)).to.deep.equal(['1.00']);
    expect(await read(times[1]!)).to.deep.equal(['3.00']);
    expect(await read(times[2]!)).to.deep.equal(['2.50']);
    const { outcomes } = await bank
      .as('transaction')
      .postJournals({ journals: [journal('lac_cash', 'lac_alice', '4.00')] });
    expect(outcomes.map(told)).to.deep.equal(['posted']);
    expect(await read(times[2]!)).to.deep.equal(['2.50']);
    const { period } = await bank
      .asPrincipal(staff('BACK_OFFICE'))
      .closePeriod({ requestId: 'year', endDate: '2020-12-31' });
    expect(period?.results.map(({ result }) => result?.amount)).to.deep.equal(['0.50']);
    await checkLaws(database.superuserUrl);
  });

  /** What the release before wrote: deposits, and a fee of history. */
  async function fill({ query }: TestDatabase): Promise<void> {
    await query(`
      insert into business_day (date, state) values ('2026-11-02', 'open');
      insert into ledger_account (id, account_id, currency, normal_side, general_ledger_code, state) values
        ('lac_cash', null, 'EUR', 'debit', '1010', 'open'),
        ('lac_alice', 'acc_alice', 'EUR', 'credit', '2010', 'migrating'),
        ('lac_fees', null, 'EUR', 'credit', '4010', 'open');
      update ledger_account set create_time = '2026-11-01T09:00:00Z';
      insert into journal (no, id, kind, value_date, booking_date, known_time, owner, leg_count, fingerprint) values
        (1, 'jnl_1', 'migration', '2020-01-01', '2020-01-01', '2026-11-02T10:00:00.001Z', 'transaction', 2, '\\x00'),
        (2, 'jnl_2', 'migration', '2020-02-01', '2020-01-02', '2026-11-02T10:00:00.002Z', 'transaction', 2, '\\x00'),
        (3, 'jnl_3', 'migration', '2020-01-03', '2020-01-03', '2026-11-02T10:00:00.003Z', 'transaction', 2, '\\x00');
      insert into entry (account_no, version, journal_no, leg, amount, balance_after, booking_date, value_date) values
        (1, 1, 1, 0, 100, 100, '2020-01-01', '2020-01-01'), (2, 1, 1, 1, -100, -100, '2020-01-01', '2020-01-01'),
        (1, 2, 2, 0, 200, 300, '2020-01-02', '2020-02-01'), (2, 2, 2, 1, -200, -300, '2020-01-02', '2020-02-01'),
        (2, 3, 3, 0, 50, -250, '2020-01-03', '2020-01-03'), (3, 1, 3, 1, -50, -50, '2020-01-03', '2020-01-03');
      update ledger_account set state = 'open' where state = 'migrating';
      insert into outbox (event_id, type, aggregate_id, aggregate_sequence, envelope)
      select id, 'bank.ledger.v1.JournalPosted', id, 1, '\\x00' from journal;
    `);
  }
});
