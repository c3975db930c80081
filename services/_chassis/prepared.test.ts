import { expect } from 'chai';
import { sql } from 'kysely';
import { type Database, isPassing, openDatabase } from './database.ts';
import { makeLog } from './log.ts';
import { cloneDatabase, type TestDatabase } from './testing/database.ts';
import { insertNotes, sampleService } from './testing/sample.ts';

describe('Bulk statements', () => {
  let clone: TestDatabase;
  let database: Database;

  before(async () => {
    clone = await cloneDatabase(sampleService(() => ({})));
    const settings = { service: 'ledger', entities: [], statementTimeoutMs: 5_000, log: makeLog('test', 'silent') };
    // One connection, so that every statement comes to it.
    database = await openDatabase({ url: clone.runtimeUrl, poolMax: 1, ...settings });
  });
  after(async () => {
    await database[Symbol.asyncDispose]();
    await clone.drop();
  });

  const write = (...ids: string[]) =>
    database.transaction((tx) => tx.query(insertNotes(ids.map((id) => ({ id, text: 'x' })))));
  const prepared = async () =>
    (await database.query(sql<{ statement: string }>`select statement from pg_prepared_statements`)).map(
      ({ statement }) => statement.match(/insert into note|select from note/)?.[0],
    );
  const outcome = (work: Promise<unknown>) => work.then(() => 'done', isPassing);

  it('are prepared once on a connection, whatever the number of their rows; others are not', async () => {
    await write('1');
    await write('2', '3', '4');
    await database.query(sql`select from note where id = any(${['1']})`);
    await database.query(sql`select from note where id = ${'1'}`);
    expect(await prepared()).to.have.members(['insert into note', 'select from note']);
  });

  it('are prepared again after somebody has deallocated them, by who tries again', async () => {
    await database.query(sql`deallocate all`);
    expect(await outcome(write('5'))).to.equal(true);
    expect(await outcome(write('5'))).to.equal('done');
    expect(await prepared()).to.deep.equal(['insert into note']);
  });

  it('are prepared again after their table has changed', async () => {
    const read = () => database.query(sql`select * from note where id = any(${['5']})`);
    await read();
    await clone.query('alter table note add column more text');
    expect(await outcome(read())).to.equal(true);
    expect(await read()).to.have.length(1);
  });

  it('are prepared again on a new connection', async () => {
    // Waits until it is gone: else the next statement may still be answered.
    await clone.query("select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'ledger'");
    await outcome(write('6'));
    await write('7');
    expect(await prepared()).to.deep.equal(['insert into note']);
  });
});
