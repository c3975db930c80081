// A database of its own for every test file: cloned from a template that is migrated once per run.
import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';
import { closeDatabase, connectRights, databaseUrl } from '../../../tools/platform/postgres-database.ts';
import { type MigrationStep, migrate } from '../database.ts';
import { makeLog } from '../log.ts';

/** What a database is made for: a service's name and its migrations. */
export interface DatabaseOf {
  readonly name: string;
  readonly migrations: readonly MigrationStep[];
}

/** The three who may reach a test's database. */
export type TestRole = 'superuser' | 'owner' | 'runtime';

/** A migrated database of one service, for one test file. */
export interface TestDatabase {
  readonly name: string;
  readonly runtimeUrl: string;
  readonly ownerUrl: string;
  readonly superuserUrl: string;
  /**
   * Runs one statement, as the superuser unless another role is named. Connections are used again: what it sets, it sets
   * `local`.
   */
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[], role?: TestRole): Promise<Row[]>;
  /** As `query` does, planned once: for what is long and asked again and again. */
  queryOften<Row extends pg.QueryResultRow>(text: string): Promise<Row[]>;
  /** Opens a connection; the caller ends it. */
  open(role: TestRole): Promise<pg.Client>;
  /** Cuts every connection and removes the database. */
  drop(): Promise<void>;
}

/** Makes a database for a service: a copy of its template. */
export async function cloneDatabase(service: DatabaseOf): Promise<TestDatabase> {
  const server = testServer();
  const template = await templateOf(server, service);
  const name = `test_${service.name}_${randomBytes(6).toString('hex')}`;
  const roles = rolesOf(service.name);
  // Copied as files, with what PostgreSQL has cached in them: a first connection to a copy of rows alone is dear.
  const copy = `TEMPLATE ${quoted(template)} STRATEGY FILE_COPY OWNER ${quoted(roles.owner)}`;
  await poolOf(server).query(`CREATE DATABASE ${quoted(name)} ${copy}`);
  await poolOf(server).query(connectRights({ database: name, ...roles }));
  return describeDatabase(server, service.name, name);
}

/** The server of this run of the tests, as its superuser. */
export function testServer(): string {
  const url = process.env['COREBANK_TEST_POSTGRES_URL'];
  if (!url) throw new Error('COREBANK_TEST_POSTGRES_URL is not set: run tests through `make test ONLY="file"`.');
  return url;
}

function describeDatabase(server: string, service: string, name: string): TestDatabase {
  const roles = rolesOf(service);
  const urls = {
    superuser: databaseUrl(server, name),
    owner: databaseUrl(server, name, roles.owner, passwordOf(server, roles.owner)),
    runtime: databaseUrl(server, name, roles.runtime, passwordOf(server, roles.runtime)),
  };
  return {
    name,
    runtimeUrl: urls.runtime,
    ownerUrl: urls.owner,
    superuserUrl: urls.superuser,
    query: async (text, values = [], role = 'superuser') => (await poolOf(urls[role]).query(text, [...values])).rows,
    queryOften: async (text) => (await poolOf(urls.superuser).query({ name: digestOf(text), text })).rows,
    open: async (role) => {
      const client = new pg.Client({ connectionString: urls[role] });
      await client.connect();
      return client;
    },
    drop: async () => {
      await Promise.all(Object.values(urls).map(closePool));
      await poolOf(server).query(`DROP DATABASE IF EXISTS ${quoted(name)} WITH (FORCE)`);
    },
  };
}

/** By their server and migrations. */
const templates = new Map<string, Promise<string>>();

/** The template of a service, which its first asker makes. */
function templateOf(server: string, service: DatabaseOf): Promise<string> {
  const name = `template_${service.name}_${hashOf(service)}`;
  const template = templates.get(server + name) ?? ensureTemplate(server, service, name);
  templates.set(server + name, template);
  return template;
}

/** Migrates the template of a service unless this run has done so: its name holds a hash of the migrations. */
async function ensureTemplate(server: string, service: DatabaseOf, template: string): Promise<string> {
  await withClient(server, async (client) => {
    // Held until the connection ends: of two test processes, one migrates and the other waits for it.
    await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [`template ${service.name}`]);
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [template]);
    if (!rowCount) await makeTemplate(server, client, service, template);
  });
  return template;
}

/** Made beside its final name and renamed, so that a half-migrated template is never cloned. */
async function makeTemplate(server: string, client: pg.Client, service: DatabaseOf, template: string): Promise<void> {
  const { owner, runtime } = rolesOf(service.name);
  const draft = `${template}_new`;
  for (const role of [owner, runtime]) await ensureRole(client, role, passwordOf(server, role));
  await client.query(`DROP DATABASE IF EXISTS ${quoted(draft)} WITH (FORCE)`);
  await client.query(`CREATE DATABASE ${quoted(draft)} OWNER ${quoted(owner)}`);
  await closeDatabase(server, { database: draft, owner, runtime });
  const url = databaseUrl(server, draft, owner, passwordOf(server, owner));
  await migrate({ url, service: service.name, steps: service.migrations, log: makeLog('test', 'silent') });
  await client.query(`ALTER DATABASE ${quoted(draft)} RENAME TO ${quoted(template)}`);
}

async function ensureRole(client: pg.Client, role: string, password: string): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
  const verb = rowCount ? 'ALTER' : 'CREATE';
  await client.query(`${verb} ROLE ${quoted(role)} LOGIN PASSWORD ${client.escapeLiteral(password)}`);
}

/** The statements that the migrations would run, hashed. */
function hashOf({ name, migrations }: DatabaseOf): string {
  const hash = createHash('sha256').update(name);
  for (const step of migrations) {
    // A migration only collects its statements; it needs no database for that.
    const migration = new step.class(undefined as never, undefined as never);
    void migration.up();
    hash.update(step.name).update(JSON.stringify(migration.getQueries()));
  }
  return hash.digest('hex').slice(0, 12);
}

function rolesOf(service: string): { owner: string; runtime: string } {
  return { owner: `${service}_owner`, runtime: `${service}_runtime` };
}

/** Every test process knows the same password without writing it down: it follows from the superuser's. */
function passwordOf(server: string, role: string): string {
  return createHash('sha256').update(new URL(server).password).update('\0').update(role).digest('base64url');
}

/** By URL. To connect costs PostgreSQL more than most of what tests ask of it. */
const pools = new Map<string, pg.Pool>();

function poolOf(url: string): pg.Pool {
  const pool = pools.get(url) ?? new pg.Pool({ connectionString: url, allowExitOnIdle: true });
  // A connection at rest may be cut by a test; the next statement opens another.
  if (!pools.has(url))
    pools.set(
      url,
      pool.on('error', () => undefined),
    );
  return pool;
}

async function closePool(url: string): Promise<void> {
  await pools.get(url)?.end();
  pools.delete(url);
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function quoted(name: string): string {
  return pg.escapeIdentifier(name);
}
