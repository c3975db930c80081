import { expect } from 'chai';
import { type Database, openDatabase } from '#chassis/database.ts';
import { makeLog } from '#chassis/log.ts';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import {
  beginAnswering,
  endAnswering,
  expireReceivedRecalls,
  insertReceivedRecall,
  selectRecalledItems,
  selectReceivedRecall,
} from './recall-tables.ts';
import { transaction } from './service.ts';

describe('A recall of what is in suspense', () => {
  let cloned: TestDatabase;
  let database: Database;
  before(async () => {
    cloned = await cloneDatabase(transaction);
    const settings = { service: 'transaction', entities: [], poolMax: 2, statementTimeoutMs: 60_000 };
    database = await openDatabase({ ...settings, url: cloned.runtimeUrl, log: makeLog('test', 'silent') });
  });
  after(async () => {
    await database[Symbol.asyncDispose]();
    await cloned.drop();
  });

  async function received(id: string): Promise<string> {
    await cloned.query(
      `insert into suspense_item (id, journal_id, currency, amount, reason, state, end_to_end_identification, external_reference, create_time)
       values ('spi_' || $1, 'jnl_' || $1, 'CZK', 100, 'no_account', 'open', '', $1, now())`,
      [id],
    );
    const of = { transactionId: null, suspenseItemId: `spi_${id}`, accountId: null, currency: 'CZK', amount: '100' };
    const recall = { id, externalReference: id, ...of, isoReason: 'DUPL', expireDate: '2026-05-04' };
    await database.query(insertReceivedRecall(recall));
    return id;
  }
  const stateOf = async (id: string) => (await database.query(selectReceivedRecall(id)))[0]?.state;
  const begun = async (id: string) => (await database.query(beginAnswering(id))).length > 0;

  it('is not sent back once it has expired', async () => {
    const id = await received('rcl_late');
    await database.query(expireReceivedRecalls('2026-05-04'));
    expect(await begun(id)).to.equal(false);
    await database.query(endAnswering(id, 'accepted'));
    expect(await stateOf(id)).to.equal('expired');
  });

  it('does not expire while it is sent back, by whoever goes on with it', async () => {
    const id = await received('rcl_begun');
    expect(await begun(id)).to.equal(true);
    await database.query(expireReceivedRecalls('2026-05-04'));
    expect((await database.query(selectRecalledItems('', 10))).map((one) => one.id)).to.deep.equal([id]);
    expect(await begun(id)).to.equal(true);
    await database.query(endAnswering(id, 'accepted'));
    // Of who came later the money was back already.
    await database.query(endAnswering(id, 'refused', 'ARDT'));
    expect(await stateOf(id)).to.equal('accepted');
  });
});
