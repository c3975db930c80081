import { fileURLToPath } from 'node:url';
import { Migration } from '@mikro-orm/migrations';
import { expect } from 'chai';
import { sql } from 'kysely';
import pg from 'pg';
import { run } from '../../tools/platform/processes.ts';
import { CommitLost, type Database, isCollision, isPassing, migrate, openDatabase, sqlState } from './database.ts';
import { makeLog } from './log.ts';
import { cloneDatabase, type TestDatabase } from './testing/database.ts';
import type { PoolReport } from './testing/pool-leak.ts';
import { PROOF } from './testing/property.ts';
import { insertNotes, sampleService } from './testing/sample.ts';

describe("A service's database", () => {
  const sample = sampleService(() => ({}));
  const settings = {
    service: 'ledger',
    entities: [],
    poolMax: 4,
    statementTimeoutMs: 500,
    log: makeLog('test', 'silent'),
  };
  let clone: TestDatabase;
  let database: Database;

  before(async () => {
    clone = await cloneDatabase(sample);
    database = await openDatabase({ url: clone.runtimeUrl, ...settings });
  });
  after(async () => {
    await database[Symbol.asyncDispose]();
    await clone.drop();
  });

  const notes = async () => (await clone.query('select id from note order by no')).map(({ id }) => id);

  it('keeps what a transaction did, and nothing of one that failed or was to be undone', async () => {
    const write = (id: string) => insertNotes([{ id, text: 'x' }]);
    await database.transaction((tx) => tx.query(write('kept')));
    await database.transaction((tx) => tx.query(write('undone')), { rollback: true });
    await database.transaction(async (tx) => {
      await tx.query(write('undone at the end'));
      tx.rollbackAtEnd();
    });
    const failing = database.transaction(async (tx) => {
      await tx.query(write('failed'));
      throw new Error('no');
    });
    expect(await failing.catch((error: Error) => error.message)).to.equal('no');
    expect(await notes()).to.deep.equal(['kept']);
  });

  it('lets no statement run longer than it may', async () => {
    const error = await database.query(sql`select pg_sleep(5)`).catch((caught: unknown) => caught);
    expect(sqlState(error)).to.equal('57014');
    expect(isPassing(error)).to.equal(false);
  });

  it('tells passing errors from others', () => {
    const coded = (code: string) => Object.assign(new Error('x'), { code });
    for (const code of ['40001', '40P01', '08006', '57P01', '53300', '55P03'])
      expect(isPassing(coded(code)), code).to.equal(true);
    for (const code of ['23505', '23514', '42501', '22001', '57014'])
      expect(isPassing(coded(code)), code).to.equal(false);
    expect(isPassing(new CommitLost('x'))).to.equal(true);
    expect(isPassing(new Error('wrapped', { cause: coded('40001') }))).to.equal(true);
    expect(isPassing(new Error('a bug'))).to.equal(false);
    expect([isCollision(coded('23505')), isCollision(coded('23503'))]).to.deep.equal([true, false]);
  });

  it('refuses to open on a server that would lose what it has acknowledged', async () => {
    const owner = await clone.open('superuser');
    for (const [setting, unsafe] of [
      ['synchronous_commit', 'off'],
      ['synchronous_commit', 'local'],
    ]) {
      await owner.query(`alter database ${pg.escapeIdentifier(clone.name)} set ${setting} = ${unsafe}`);
      const opened = await openDatabase({ url: clone.runtimeUrl, ...settings }).catch((error: Error) => error.message);
      expect(opened).to.equal(`the database would lose or corrupt what it has acknowledged: ${setting} is ${unsafe}`);
      await owner.query(`alter database ${pg.escapeIdentifier(clone.name)} reset ${setting}`);
    }
    await owner.end();
  });

  it('refuses a server that does not wait for its disk, or does not check its pages', async () => {
    const owner = await clone.open('superuser');
    const name = pg.escapeIdentifier(clone.name);
    // What the whole server says cannot be changed for one test: it is overlaid for this database.
    await owner.query(
      'create schema overlay; create table overlay.pg_settings as select name, setting from pg_settings',
    );
    await owner.query('grant usage on schema overlay to public; grant select on overlay.pg_settings to public');
    await owner.query(`alter database ${name} set search_path = overlay, pg_catalog, public`);
    for (const setting of ['fsync', 'full_page_writes', 'data_checksums']) {
      await owner.query("update overlay.pg_settings set setting = 'off' where name = $1", [setting]);
      const opened = await openDatabase({ url: clone.runtimeUrl, ...settings }).catch((error: Error) => error.message);
      expect(opened).to.equal(`the database would lose or corrupt what it has acknowledged: ${setting} is off`);
      await owner.query("update overlay.pg_settings set setting = 'on' where name = $1", [setting]);
    }
    await owner.query(`alter database ${name} reset search_path; drop schema overlay cascade`);
    await owner.end();
  });

  /** Gives a database with nothing in it, at its owner's URL. */
  async function withEmpty(work: (url: string, query: (text: string) => Promise<number | null>) => Promise<void>) {
    const name = `${clone.name}_again`;
    const superuser = await clone.open('superuser');
    await superuser.query(`create database ${pg.escapeIdentifier(name)} owner ledger_owner`);
    const url = new URL(clone.ownerUrl);
    url.pathname = `/${name}`;
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    try {
      await work(url.href, async (text) => (await client.query(text)).rowCount);
    } finally {
      await client.end();
      await superuser.query(`drop database ${pg.escapeIdentifier(name)} with (force)`);
      await superuser.end();
    }
  }

  it('is migrated once, though two do it at once', async () => {
    await withEmpty(async (url, query) => {
      const one = () => migrate({ url, service: 'ledger', steps: sample.migrations, log: settings.log });
      await Promise.all([one(), one(), one()]);
      await one();
      expect(await query('select from note')).to.equal(0);
      expect(await query('select from mikro_orm_migrations')).to.equal(sample.migrations.length);
    });
  });

  it('lets a step change a table that one before it has filled, whose checks are deferred', async () => {
    const step = (name: string, text: string) => ({
      name,
      class: class extends Migration {
        override up(): void {
          this.addSql(text);
        }
      },
    });
    const part = 'create table part (whole text references whole deferrable initially deferred)';
    const steps = [
      step('0001-filled', `create table whole (id text primary key); ${part}; insert into whole values ('a')`),
      step('0002-filled', `insert into part values ('a')`),
      step('0003-changed', 'alter table part add column name text'),
      step('0004-broken', `insert into part values ('b')`),
    ];
    await withEmpty(async (url, query) => {
      await migrate({ url, service: 'ledger', steps: steps.slice(0, 3), log: settings.log });
      expect(await query('select name from part')).to.equal(1);
      const broken = migrate({ url, service: 'ledger', steps, log: settings.log });
      expect(await broken.catch((error: Error) => error.message)).to.include('violates foreign key');
      expect(await query('select from mikro_orm_migrations')).to.equal(3);
    });
  });

  it('gets every connection of its pool back, however often they break at BEGIN and COMMIT', async function heals() {
    this.timeout(120_000);
    const rounds = PROOF ? 100 : 4;
    const report = await breakPool('healed', rounds);
    expect(report.cuts).to.be.at.least(rounds);
    expect(report.succeeded).to.be.above(0);
    expect(report.usable).to.equal(4);
    expect(report.closedWithinMs).to.be.below(2_000);
  });

  it('would lose them without our mending of the driver', async function leaks() {
    this.timeout(60_000);
    const report = await breakPool('bare', 2);
    expect(report.usable).to.be.below(4);
    expect(report.closedWithinMs).to.equal(undefined);
  });

  async function breakPool(mode: 'healed' | 'bare', rounds: number): Promise<PoolReport> {
    const program = fileURLToPath(new URL('testing/pool-leak.ts', import.meta.url));
    const { code, output } = await run(process.execPath, [program, mode, clone.runtimeUrl, String(rounds)]);
    expect(code, output).to.equal(0);
    return JSON.parse(output.trim().split('\n').at(-1) ?? '') as PoolReport;
  }
});
