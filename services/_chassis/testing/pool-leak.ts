// A program for the test of the pool: it breaks connections under load, and tells whether the pool got all of them back.
// With the argument `bare` it runs without our mending of kysely#1990, to show that the test would find the leak.
import { PostgresDriver, sql } from 'kysely';
import { type Database, openDatabase } from '../database.ts';
import { makeLog } from '../log.ts';
import { cuttingProxy } from './proxy.ts';

const POOL_MAX = 4;
const WORKERS = 8;
/** How long a connection is waited for. Without the mending it never comes. */
const PATIENCE_MS = process.argv[2] === 'bare' ? 700 : 5_000;

/** What became of the pool. */
export interface PoolReport {
  readonly cuts: number;
  readonly succeeded: number;
  /** How many of the pool's connections could be used at once in the end. */
  readonly usable: number;
  readonly closedWithinMs: number | undefined;
}

if (import.meta.main) {
  const [mode = 'healed', url = '', rounds = '4'] = process.argv.slice(2);
  console.log(JSON.stringify(await breakPool(url, Number(rounds), mode === 'bare')));
  process.exit(0);
}

/** Cuts connections at BEGIN, at COMMIT and in between, `rounds` times each, while eight workers are at work. */
async function breakPool(url: string, rounds: number, bare: boolean): Promise<PoolReport> {
  const pristine = {
    beginTransaction: PostgresDriver.prototype.beginTransaction,
    rollbackTransaction: PostgresDriver.prototype.rollbackTransaction,
  };
  const proxy = await cuttingProxy(url);
  const log = makeLog('pool', 'silent');
  const settings = { service: 'ledger', entities: [], poolMax: POOL_MAX, statementTimeoutMs: 10_000, log };
  const database = await openDatabase({ url: proxy.url(url), ...settings });
  if (bare) Object.assign(PostgresDriver.prototype, pristine);

  let done = false;
  let succeeded = 0;
  let cuts = 0;
  const worker = async (): Promise<void> => {
    while (!done) {
      const work = database.transaction((tx) => tx.query(sql`select 1`));
      const pause = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), PATIENCE_MS));
      const ended = await Promise.race([work.then(() => 'ok' as const).catch(() => 'failed' as const), pause]);
      if (ended === 'ok') succeeded += 1;
      if (ended === 'late') return;
    }
  };
  const workers = Array.from({ length: WORKERS }, worker);
  for (let round = 0; round < rounds; round += 1) {
    for (const verb of ['begin', 'commit']) {
      for (const moment of ['before', 'after'] as const) {
        proxy.arm(verb, moment, 2);
        await pauseMs(40);
        cuts += proxy.cuts();
      }
    }
    proxy.cutAll();
    await pauseMs(40);
  }
  done = true;
  proxy.arm('none', 'before', 0);
  await Promise.all(workers);
  const usable = await usableAtOnce(database);
  const closedWithinMs = await closes(database);
  await proxy.close();
  return { cuts, succeeded, usable, closedWithinMs };
}

/** How many transactions can stand open at the same time. */
async function usableAtOnce(database: Database): Promise<number> {
  let open = 0;
  let most = 0;
  const release = Promise.withResolvers<void>();
  const all = Array.from({ length: POOL_MAX }, () =>
    database
      .transaction(async (tx) => {
        await tx.query(sql`select 1`);
        open += 1;
        most = Math.max(most, open);
        await release.promise;
      })
      .catch(() => undefined),
  );
  for (let waited = 0; waited < PATIENCE_MS && most < POOL_MAX; waited += 50) await pauseMs(50);
  release.resolve();
  await Promise.race([Promise.all(all), pauseMs(PATIENCE_MS)]);
  return most;
}

async function closes(database: Database): Promise<number | undefined> {
  const started = performance.now();
  const closed = database[Symbol.asyncDispose]().then(() => Math.round(performance.now() - started));
  return Promise.race([closed, pauseMs(PATIENCE_MS).then(() => undefined)]);
}

function pauseMs(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
