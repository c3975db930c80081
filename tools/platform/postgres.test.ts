import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import pg from 'pg';
import { randomFreePort } from './ports.ts';
import { type Postgres, startPostgres, stopPostgres } from './postgres.ts';
import { databaseUrl, ensureDatabase } from './postgres-database.ts';
import { processIdentity } from './processes.ts';
import { makeScratch, removeScratch } from './scratch.ts';

describe('The embedded PostgreSQL', () => {
  let scratch: string;
  let dataDir: string;
  let server: Postgres;

  before(async () => {
    scratch = await makeScratch();
    dataDir = join(scratch, 'postgres');
    server = await startPostgres({ dataDir, port: await randomFreePort() });
  });

  after(() => removeScratch(scratch));

  it('checks its pages, waits for its disk, and listens on the loopback interface alone', async () => {
    for (const [setting, value] of [
      ['data_checksums', 'on'],
      ['fsync', 'on'],
      ['full_page_writes', 'on'],
      ['synchronous_commit', 'on'],
      ['listen_addresses', '127.0.0.1'],
      ['unix_socket_directories', ''],
      ['server_encoding', 'UTF8'],
    ]) {
      expect(await ask(server.superuserUrl, `SELECT current_setting('${setting}')`), setting).to.equal(value);
    }
  });

  it('lets nobody in without the password, which only its owner can read', async () => {
    const stranger = databaseUrl(server.superuserUrl, 'postgres', 'postgres', 'guess');
    expect(await failure(ask(stranger, 'SELECT 1'))).to.equal('28P01');
    expect((await stat(join(dataDir, 'secrets.json'))).mode & 0o777).to.equal(0o600);
    expect(await readFile(server.logFile, 'utf8')).to.not.contain(new URL(server.superuserUrl).password);
  });

  it('starts again within a second, on the same port, with what was committed', async () => {
    await ask(server.superuserUrl, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await server.stop();
    const begin = performance.now();
    const again = await startPostgres({ dataDir });
    const elapsed = performance.now() - begin;
    expect(again.port).to.equal(server.port);
    expect(await ask(again.superuserUrl, 'SELECT answer FROM kept')).to.equal(42);
    expect(elapsed).to.be.below(1_000);
    server = again;
  });

  it('starts again after kill -9, though its pid file is still there', async () => {
    process.kill(server.pid, 'SIGKILL');
    const again = await startPostgres({ dataDir });
    expect(again.pid).to.not.equal(server.pid);
    expect(await ask(again.superuserUrl, 'SELECT answer FROM kept')).to.equal(42);
    server = again;
  });

  it('starts again though the number in its pid file is now some other process', async () => {
    await server.stop();
    const pidFile = join(dataDir, 'cluster', 'postmaster.pid');
    await writeFile(pidFile, `${process.pid}\n${join(dataDir, 'cluster')}\n1\n${server.port}\n\n127.0.0.1\n`);
    server = await startPostgres({ dataDir });
    expect(await ask(server.superuserUrl, 'SELECT 1')).to.equal(1);
  });

  it('takes over a server that a killed bank left running', async () => {
    const again = await startPostgres({ dataDir });
    expect(again.pid).to.equal(server.pid);
  });

  it('refuses data that another living process owns', async () => {
    const owner = join(dataDir, 'postgres.owner');
    const identity = processIdentity(process.ppid);
    const mine = await readFile(owner, 'utf8');
    await writeFile(owner, identity ?? '');
    expect(await failure(startPostgres({ dataDir }))).to.contain(`belongs to the running process ${process.ppid}`);
    await writeFile(owner, mine);
  });

  it('chooses another port when its own is taken', async () => {
    await server.stop();
    const thief = createServer();
    await new Promise<void>((resolve) => thief.listen(server.port, '127.0.0.1', resolve));
    const again = await startPostgres({ dataDir });
    await new Promise((resolve) => thief.close(resolve));
    expect(again.port).to.not.equal(server.port);
    expect(again.port).to.be.below(32_768);
    server = again;
  });

  it('says with the end of its log why it does not start', async () => {
    const broken = join(scratch, 'broken');
    const first = await startPostgres({ dataDir: broken, port: await randomFreePort() });
    await first.stop();
    await rm(join(broken, 'cluster', 'global', 'pg_control'));
    expect(await failure(startPostgres({ dataDir: broken }))).to.match(
      /does not start \(log: .*could not find the database system/s,
    );
    expect(await stopPostgres(broken)).to.equal(false);
  });

  describe('gives each service a database', () => {
    it('that its owner may change and its runtime role may only reach', async () => {
      const { ownerUrl, runtimeUrl } = await ensureDatabase('card', server, {});
      await ask(ownerUrl, 'CREATE TABLE cards (id text)');
      expect(await failure(ask(runtimeUrl, 'SELECT count(*) FROM cards'))).to.equal('42501');
      expect(await failure(ask(runtimeUrl, 'CREATE TABLE other (id text)'))).to.equal('42501');
      expect(await failure(ask(runtimeUrl, 'CREATE TEMP TABLE other (id text)'))).to.equal('42501');
      await ask(ownerUrl, 'GRANT SELECT ON cards TO card_runtime');
      expect(await ask(runtimeUrl, 'SELECT count(*) FROM cards')).to.equal('0');
    });

    it('that no other service can connect to', async () => {
      const card = await ensureDatabase('card', server, {});
      const loan = await ensureDatabase('loan', server, {});
      for (const url of [loan.runtimeUrl, loan.ownerUrl]) {
        for (const database of ['card', 'postgres', 'template1']) {
          expect(await failure(ask(databaseUrl(url, database), 'SELECT 1')), database).to.equal('42501');
        }
      }
      expect(await ensureDatabase('card', server, {})).to.deep.equal(card);
    });

    it('unless the environment names one', async () => {
      const runtimeUrl = 'postgresql://somewhere/card';
      const ownerUrl = 'postgresql://owner@somewhere/card';
      const both = { CARD_DATABASE_URL: runtimeUrl, CARD_MIGRATION_DATABASE_URL: ownerUrl };
      expect(await ensureDatabase('card', undefined, both)).to.deep.equal({ runtimeUrl, ownerUrl });
      expect(await failure(ensureDatabase('card', undefined, {}))).to.contain('There is no database for card');
      expect(await failure(ensureDatabase('card', undefined, { CARD_MIGRATION_DATABASE_URL: ownerUrl }))).to.contain(
        'CARD_DATABASE_URL has to be set too',
      );
    });
  });
});

/** Runs one statement and answers the first column of its first row. */
async function ask(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query({ text: sql, rowMode: 'array' });
    return rows[0]?.[0];
  } finally {
    await client.end();
  }
}

/** The SQLSTATE, or else the message, of what has to fail. */
async function failure(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return error instanceof pg.DatabaseError ? (error.code ?? '') : (error as Error).message;
  }
  throw new Error('This should have failed.');
}
