import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { migrate } from '#chassis/database.ts';
import { makeLog } from '#chassis/log.ts';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import { refused, type ServiceUnderTest, staff, startTestService } from '#chassis/testing/service.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { checkLaws } from '../../_testbed/laws.ts';
import { ledger } from '../service.ts';
import { journal, told } from '../testing.ts';

describe('A ledger of the release before the blocks', () => {
  let database: TestDatabase;
  let dataDir: string;
  let bank: ServiceUnderTest<typeof LedgerService>;
  const auditor = () => bank.asPrincipal(staff('AUDITOR'));

  before(async () => {
    const { name, migrations } = ledger;
    database = await cloneDatabase({ name, migrations: migrations.slice(0, 4) });
    dataDir = await mkdtemp(path.join(tmpdir(), 'corebank-test-'));
    await fill(database);
    await migrate({ url: database.ownerUrl, service: name, steps: migrations, log: makeLog('test', 'silent') });
    bank = await startTestService(ledger, { beside: { database, dataDir } });
  });
  after(async () => {
    await bank.stop();
    await database.drop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('has the number of its journals sealed, and not their content', async () => {
    const { blocks } = await auditor().listBlocks({});
    expect(blocks.map(({ header, leaves }) => [header?.laneNumber, header?.leafCount, leaves.length])).to.deep.equal([
      [0n, 2, 0],
    ]);
    const { journals } = await auditor().listJournals({});
    expect(journals.map(({ journalId, place }) => [journalId, place?.laneNumber, place?.position])).to.deep.equal([
      ['jnl_1', 0n, 0n],
      ['jnl_2', 0n, 1n],
    ]);
    await refused(auditor().getEntryProof({ ledgerAccountId: 'lac_cash', version: 1 }), 'ENTRY_NOT_CHAINED');
    await checkLaws(database.superuserUrl);
  });

  it('goes on in a lane of its own', async () => {
    const journals = [journal('lac_cash', 'lac_alice', '4.00')];
    const { outcomes } = await bank.as('transaction').postJournals({ journals });
    expect(outcomes.map(told)).to.deep.equal(['posted']);
    const { blocks } = await auditor().listBlocks({});
    expect(blocks.map(({ header }) => [header?.laneNumber, header?.height])).to.deep.equal([
      [0n, 0n],
      [1n, 0n],
    ]);
    await checkLaws(database.superuserUrl);
  });

  /** What the release before wrote: two deposits. */
  async function fill({ query }: TestDatabase): Promise<void> {
    await query(`
      insert into business_day (date, state) values ('2026-11-02', 'open');
      insert into ledger_account (id, account_id, currency, normal_side, general_ledger_code, state) values
        ('lac_cash', null, 'EUR', 'debit', '1010', 'open'), ('lac_alice', 'acc_alice', 'EUR', 'credit', '2010', 'open');
      insert into journal (no, id, kind, value_date, booking_date, owner, leg_count, fingerprint) values
        (-2, 'jnl_1', 'deposit', '2026-11-02', '2026-11-02', 'transaction', 2, '\\x00'),
        (-1, 'jnl_2', 'deposit', '2026-11-02', '2026-11-02', 'transaction', 2, '\\x00');
      insert into entry (account_no, version, journal_no, leg, amount, balance_after, booking_date, value_date) values
        (1, 1, -2, 0, 100, 100, '2026-11-02', '2026-11-02'), (2, 1, -2, 1, -100, -100, '2026-11-02', '2026-11-02'),
        (1, 2, -1, 0, 200, 300, '2026-11-02', '2026-11-02'), (2, 2, -1, 1, -200, -300, '2026-11-02', '2026-11-02');
      insert into outbox (event_id, type, aggregate_id, aggregate_sequence, envelope)
      select id, 'bank.ledger.v1.JournalPosted', id, 1, '\\x00' from journal;
    `);
  }
});
