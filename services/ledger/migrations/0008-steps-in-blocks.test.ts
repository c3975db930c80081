import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { migrate } from '#chassis/database.ts';
import { newId } from '#chassis/id.ts';
import { makeLog } from '#chassis/log.ts';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import { type ServiceUnderTest, staff, startTestService } from '#chassis/testing/service.ts';
import type { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { checkLaws } from '../../_testbed/laws.ts';
import { ledger } from '../service.ts';

describe('A ledger of the release before steps of holds had their places', () => {
  let database: TestDatabase;
  let dataDir: string;
  let bank: ServiceUnderTest<typeof LedgerService>;
  const auditor = () => bank.asPrincipal(staff('AUDITOR'));
  const before8 = ledger.migrations.slice(0, 7);

  before(async () => {
    const { name, migrations } = ledger;
    database = await cloneDatabase({ name, migrations: before8 });
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

  it('has the number of its steps sealed, and not their content', async () => {
    const { holdSteps } = await auditor().listHoldSteps({});
    expect(holdSteps.map(({ hold, place }) => [hold?.version, place?.laneNumber, place?.position])).to.deep.equal([
      [1n, 0n, 0n],
      [2n, 0n, 1n],
    ]);
    const { blocks } = await auditor().listBlocks({});
    expect(blocks.map(({ header, leaves }) => [header?.laneNumber, header?.leafCount, leaves.length])).to.deep.equal([
      [0n, 2, 0],
    ]);
    await checkLaws(database.superuserUrl);
  });

  it('goes on with its holds in a lane of its own', async () => {
    await bank.as('transaction').releaseHold({ requestId: newId('evt'), holdId: 'hld_old' });
    const { holdSteps } = await auditor().listHoldSteps({});
    expect(holdSteps.map(({ hold, place }) => [hold?.version, place?.laneNumber])).to.deep.equal([
      [1n, 0n],
      [2n, 0n],
      [3n, 1n],
    ]);
    await checkLaws(database.superuserUrl);
  });

  /** What the release before wrote: a hold that was placed and extended. */
  async function fill({ query }: TestDatabase): Promise<void> {
    await query(`
      insert into business_day (date, state) values ('2026-11-02', 'open');
      insert into ledger_account (id, account_id, currency, normal_side, general_ledger_code, state) values
        ('lac_cash', null, 'EUR', 'debit', '1010', 'open'), ('lac_alice', 'acc_alice', 'EUR', 'credit', '2010', 'open');
      insert into hold (no, id, kind, debit_account_no, credit_account_no, amount, capture_limit, owner)
        select -2, 'hld_old', 'transfer', a.no, c.no, 500, 500, 'transaction'
        from ledger_account a, ledger_account c where a.id = 'lac_alice' and c.id = 'lac_cash';
      insert into hold_step (no, key, hold_no, version, kind, state, captured, held, held_change, expire_time, fingerprint)
        values (-2, 'hld_old', -2, 1, 'place', 'open', 0, 500, 500, '2099-01-01', '\\x00'),
          (-1, 'extend/transaction/more', -2, 2, 'extend', 'open', 0, 500, 0, '2099-02-01', '\\x00');
      insert into outbox (event_id, type, aggregate_id, aggregate_sequence, envelope) values
        ('evt_1', 'bank.ledger.v1.HoldPlaced', 'hld_old', 1, '\\x00'),
        ('evt_2', 'bank.ledger.v1.HoldExtended', 'hld_old', 2, '\\x00');
    `);
  }
});
