// A service's PostgreSQL database: the pool, transactions that tell a lost COMMIT from a refused one, and migrations.

import { AsyncLocalStorage } from 'node:async_hooks';
import { type Migration, Migrator } from '@mikro-orm/migrations';
import { MikroORM, type Options, type SqlEntityManager } from '@mikro-orm/postgresql';
import { PostgresDriver, type RawBuilder, sql } from 'kysely';
import type { Pool } from 'pg';
import { Code, Refusal } from './errors.ts';
import type { Logger } from './log.ts';
import { prepareBulk } from './prepared.ts';

/** A connection to one service's database with its runtime role. */
export interface Database {
  readonly orm: MikroORM;
  /** Runs one statement outside any transaction, for reads. */
  query<Row>(statement: RawBuilder<Row>): Promise<Row[]>;
  /**
   * Runs `work` in one READ COMMITTED transaction, again when it lacks what has to be fetched first (Outside). Throws
   * CommitLost when the outcome is not known.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>, options?: { rollback?: boolean }): Promise<T>;
  /** The connections, once there was one. */
  pool(): Pick<Pool, 'totalCount' | 'idleCount' | 'waitingCount'> | undefined;
  /** Tells `heard` of every transaction that was committed here, until the function that is answered is called. */
  onCommit(heard: () => void): () => void;
  [Symbol.asyncDispose](): Promise<void>;
}

/** An open transaction. */
export interface Tx {
  /** For entities that change seldom. Money never moves by its dirty-checking. */
  readonly em: SqlEntityManager;
  /** Runs one statement with bound parameters. */
  query<Row>(statement: RawBuilder<Row>): Promise<Row[]>;
  /** Undoes everything at the end, whatever happens: for validate_only and for batches that came too late. */
  rollbackAtEnd(): void;
}

/** The reply to COMMIT was lost: it may have happened or not. */
export class CommitLost extends Error {}

/**
 * Thrown inside a transaction by what has to ask another service first, since no transaction waits for one: it is rolled
 * back, `fetch` is awaited, and it runs again.
 */
export class Outside extends Error {
  readonly fetch: () => Promise<unknown>;

  constructor(fetch: () => Promise<unknown>) {
    super('a transaction needs what has to be fetched before it');
    this.fetch = fetch;
  }
}

const transactions = new AsyncLocalStorage<true>();

/** True inside the work of a transaction. */
export function isInTransaction(): boolean {
  return transactions.getStore() === true;
}

/** How often a transaction begins again for something that it lacks. */
const FETCHES_MAX = 50;

/** A migration of a service: a name and the SQL that makes its tables. */
export interface MigrationStep {
  readonly name: string;
  readonly class: new (...args: ConstructorParameters<typeof Migration>) => Migration;
}

/** What MikroORM takes as entities. */
export type Entities = NonNullable<Options['entities']>;

/** Opens a service's database. Refuses one that would lose what it has acknowledged. */
export async function openDatabase(options: {
  url: string;
  service: string;
  entities: Entities;
  poolMax: number;
  statementTimeoutMs: number;
  log: Logger;
}): Promise<Database> {
  healPoolLeak();
  let pool: Pool | undefined;
  const orm = await MikroORM.init({
    clientUrl: options.url,
    entities: options.entities,
    pool: { min: 0, max: options.poolMax },
    driverOptions: {
      application_name: options.service,
      statement_timeout: options.statementTimeoutMs,
      idle_in_transaction_session_timeout: options.statementTimeoutMs,
      keepAlive: true,
      onPoolCreated: (created: Pool) => {
        pool = created.on('connect', prepareBulk);
      },
    },
    discovery: { warnWhenNoEntities: false },
    allowGlobalContext: false,
    logger: (message) => options.log.warn({ database: options.service }, message),
    debug: false,
  });
  const database = wrap(orm, () => pool);
  await refuseUnsafe(database);
  return database;
}

function wrap(orm: MikroORM, pool: Database['pool']): Database {
  const kysely = orm.em.fork().getKysely<Record<string, never>>();
  const listeners = new Set<() => void>();
  return {
    orm,
    pool,
    onCommit(heard) {
      listeners.add(heard);
      return () => void listeners.delete(heard);
    },
    query: async (statement) => (await statement.execute(kysely)).rows,
    async transaction(work, settings) {
      for (let fetches = 0; ; fetches += 1) {
        try {
          const { result, committed } = await transactions.run(true, () =>
            once(orm, work, settings?.rollback ?? false),
          );
          if (committed) for (const heard of listeners) heard();
          return result;
        } catch (error) {
          if (!(error instanceof Outside) || fetches === FETCHES_MAX) throw error;
          await error.fetch();
        }
      }
    },
    [Symbol.asyncDispose]: () => orm.close(true),
  };
}

/** Runs a transaction once. */
async function once<T>(
  orm: MikroORM,
  work: (tx: Tx) => Promise<T>,
  rollbackAlways: boolean,
): Promise<{ result: T; committed: boolean }> {
  const em = orm.em.fork();
  await em.begin();
  const executor = em.getKysely<Record<string, never>>();
  let rollback = rollbackAlways;
  let result: T;
  try {
    result = await work({
      em,
      query: async (statement) => (await statement.execute(executor)).rows,
      rollbackAtEnd: () => {
        rollback = true;
      },
    });
    if (!rollback) await em.flush();
  } catch (error) {
    await em.rollback().catch(() => undefined);
    throw error;
  }
  if (rollback) {
    await em.rollback();
    return { result, committed: false };
  }
  try {
    await em.commit();
  } catch (error) {
    await em.rollback().catch(() => undefined);
    throw isRefusedCommit(error) ? error : new CommitLost('the reply to COMMIT was lost', { cause: error });
  }
  return { result, committed: true };
}

/** A COMMIT that the server answered with an error of its own (a deferred constraint, a serialization failure). */
function isRefusedCommit(error: unknown): boolean {
  const code = sqlState(error);
  return code !== undefined && !code.startsWith('08') && !code.startsWith('57P');
}

/** The SQLSTATE of a database error, if it is one. */
export function sqlState(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code } = at as Error & { code?: unknown };
    if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) return code;
  }
  return undefined;
}

/** True when another process wrote a row with the same key at the same time: whoever looks again finds it. */
export function isCollision(error: unknown): boolean {
  return sqlState(error) === '23505';
}

/**
 * True when the same transaction may succeed if it is simply run again: the connection broke, others were in the way, a
 * prepared statement has to be prepared anew, or what it needs of another service (Outside) is not to be had now.
 */
export function isPassing(error: unknown): boolean {
  if (error instanceof CommitLost) return true;
  if (error instanceof Refusal) return error.code === Code.UNAVAILABLE;
  const state = sqlState(error);
  if (state !== undefined) return /^(08|40|53|57P|55P03|26000|0A000)/.test(state);
  const text = String((error as Error | undefined)?.message);
  return /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|Connection terminated|Client has encountered a connection error|not queryable/i.test(
    text,
  );
}

/** Migrates a database with its owner's role. Two migrators at once wait for each other (advisory lock). */
export async function migrate(options: {
  url: string;
  service: string;
  steps: readonly MigrationStep[];
  log: Logger;
}): Promise<void> {
  const orm = await MikroORM.init({
    clientUrl: options.url,
    entities: [],
    pool: { min: 0, max: 2 },
    discovery: { warnWhenNoEntities: false },
    extensions: [Migrator],
    migrations: {
      migrationsList: [...options.steps],
      snapshot: false,
      transactional: true,
      allOrNothing: true,
    },
    logger: (message) => options.log.debug({ database: options.service }, message),
  });
  const lock = orm.em.fork();
  try {
    await lock.begin();
    await lock.execute('select pg_advisory_xact_lock(7239468)');
    // All steps share this transaction: no later one could change a table for which deferred checks still wait.
    await lock.execute('set constraints all immediate');
    await orm.migrator.up({ transaction: lock.getTransactionContext() });
    await lock.commit();
  } catch (error) {
    // The pool would wait for this connection for ever.
    await lock.rollback();
    throw error;
  } finally {
    await orm.close(true);
  }
}

/** What is acknowledged must be on disk. */
async function refuseUnsafe(database: Database): Promise<void> {
  const [settings] = await database.query(
    sql<{ unsafe: string | null }>`
      select string_agg(name || ' is ' || setting, ', ') as unsafe
      from pg_settings
      where name in ('fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums') and setting in ('off', 'local')
    `,
  );
  if (settings?.unsafe)
    throw new Error(`the database would lose or corrupt what it has acknowledged: ${settings.unsafe}`);
}

let healed = false;

/**
 * kysely 0.29 leaks a pooled connection for good whenever BEGIN, COMMIT or ROLLBACK throws (kysely#1990): it releases
 * only after a control statement that succeeds. A failed BEGIN gives its connection back at once; a failed COMMIT is
 * followed by our own rollback, and a failed ROLLBACK no longer throws, so that the release after it runs.
 */
function healPoolLeak(): void {
  if (healed) return;
  healed = true;
  const driver = PostgresDriver.prototype;
  const { beginTransaction, rollbackTransaction } = driver;
  driver.beginTransaction = async function begin(this: PostgresDriver, connection, settings) {
    try {
      await beginTransaction.call(this, connection, settings);
    } catch (error) {
      await this.releaseConnection(connection as never).catch(() => undefined);
      throw error;
    }
  };
  driver.rollbackTransaction = async function rollback(connection) {
    await rollbackTransaction.call(this, connection).catch(() => undefined);
  };
}
