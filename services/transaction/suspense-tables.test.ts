import { expect } from 'chai';
import { type Database, openDatabase } from '#chassis/database.ts';
import { makeLog } from '#chassis/log.ts';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import { transaction } from './service.ts';
import { allocateItem, holdItem, insertItem, openItem, reopenItem, selectItem } from './suspense-tables.ts';

describe('An item in suspense', () => {
  let cloned: TestDatabase;
  let database: Database;

  before(async () => {
    cloned = await cloneDatabase(transaction);
    const settings = { service: 'transaction', entities: [], poolMax: 2, statementTimeoutMs: 30_000 };
    database = await openDatabase({ ...settings, url: cloned.runtimeUrl, log: makeLog('test', 'silent') });
  });
  after(async () => {
    await database[Symbol.asyncDispose]();
    await cloned.drop();
  });

  it('comes in once: a process that hears late that it is booked does not open it for staff again', async () => {
    const id = 'spi_1';
    const state = async () => (await database.query(selectItem(id)))[0]?.state;
    const item = { id, journalId: 'jnl_1', currency: 'CZK', amount: '100', reason: 'no_account' as const };
    const terms = { endToEndIdentification: 'E1', externalReference: 'x', paymentOrderId: null, particulars: null };
    await database.query(insertItem({ ...item, ...terms }));
    await database.query(openItem(id, '2026-11-27'));
    await database.query(holdItem(id));
    await database.query(openItem(id, '2026-11-28'));
    expect(await state()).to.equal('pending');
    await database.query(reopenItem(id));
    expect(await state()).to.equal('open');
    await database.query(allocateItem(id, 'acc_1', 'txn_1'));
    await database.query(openItem(id, '2026-11-28'));
    expect(await database.query(selectItem(id))).to.deep.include.members([
      { ...(await database.query(selectItem(id)))[0], state: 'allocated', bookingDate: '2026-11-27' },
    ]);
  });
});
