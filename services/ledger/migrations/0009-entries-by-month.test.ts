import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { migrate } from '#chassis/database.ts';
import { newId } from '#chassis/id.ts';
import { makeLog } from '#chassis/log.ts';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import { type ServiceUnderTest, staff, startTestService } from '#chassis/testing/service.ts';
import { Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { checkLaws } from '../../_testbed/laws.ts';
import { ledger } from '../service.ts';
import { journal, knownAt, told } from '../testing.ts';

const OPENED = '2026-09-30';
const TODAY = '2026-10-02';

describe('A ledger of the release before the months', () => {
  let database: TestDatabase;
  let dataDir: string;
  let bank: ServiceUnderTest<typeof LedgerService>;
  const deposit = journal('lac_cash', 'lac_alice', '4.00');
  let known: number;

  before(async () => {
    const { name, migrations } = ledger;
    // The ledger of today runs on it, so it has the columns of stripes and the checklists of days already.
    const later = migrations.filter((step) => ['0013-stripes', '0015-end-of-day'].includes(step.name));
    const before = { ...ledger, migrations: [...migrations.slice(0, 8), ...later] };
    database = await cloneDatabase(before);
    dataDir = await mkdtemp(path.join(tmpdir(), 'corebank-test-'));
    await database.query(`insert into business_day (date, state) values ('${OPENED}', 'open')`);
    bank = await startTestService(before, { beside: { database, dataDir } });
    for (const [ledgerAccountId, normalSide, generalLedgerCode] of [
      ['lac_cash', Side.DEBIT, '1010'],
      ['lac_alice', Side.CREDIT, '2010'],
    ] as const) {
      const terms = { ledgerAccountId, normalSide, generalLedgerCode, currencyCode: 'EUR' };
      await bank.as('account').openLedgerAccount({ requestId: newId('evt'), ...terms });
    }
    known = knownAt(await post(deposit));
    for (let day = OPENED; day < TODAY; day = Temporal.PlainDate.from(day).add({ days: 1 }).toString()) {
      const backOffice = bank.asPrincipal(staff('BACK_OFFICE'));
      await backOffice.advanceBusinessDate({ requestId: newId('evt'), openDate: day });
      await backOffice.closeBusinessDate({ requestId: newId('evt'), closingDate: day });
    }
    await post(journal('lac_cash', 'lac_alice', '2.00'));
    await bank.stop();
    await migrate({ url: database.ownerUrl, service: name, steps: migrations, log: makeLog('test', 'silent') });
    bank = await startTestService(ledger, { beside: { database, dataDir } });
  });
  after(async () => {
    await bank.stop();
    await database.drop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('has its entries where they were, and the months after them ahead', async () => {
    expect(await database.query('select first_date::text, end_date::text from entry_month order by 1')).to.deep.equal([
      { first_date: '-infinity', end_date: '2026-11-01' },
      { first_date: '2026-11-01', end_date: '2026-12-01' },
    ]);
    expect(await database.query('select from entry_history')).to.have.length(4);
    await checkLaws(database.superuserUrl);
  });

  it('knows what it knew, undoes what it booked, and goes on', async () => {
    const asked = { ledgerAccountIds: ['lac_alice'], knownAt: timestampFromMs(known) };
    const { balances } = await bank.as('account').getBalances(asked);
    expect(balances.map(({ booked }) => booked?.amount)).to.deep.equal(['4.00']);
    const undo = { requestId: newId('jnl'), journalId: deposit.journalId ?? '' };
    await bank.as('transaction').reverseJournal(undo);
    expect(told(await post(journal('lac_cash', 'lac_alice', '1.00')))).to.equal('posted');
    const { entries } = await bank.as('account').listEntries({ ledgerAccountId: 'lac_alice' });
    expect(entries.map(({ balanceAfter }) => balanceAfter?.amount)).to.deep.equal(['4.00', '6.00', '2.00', '3.00']);
    await checkLaws(database.superuserUrl);
  });

  async function post(one: ReturnType<typeof journal>) {
    const { outcomes } = await bank.as('transaction').postJournals({ journals: [one] });
    const [outcome] = outcomes;
    if (!outcome) throw new Error('it was not answered');
    return outcome;
  }
});
