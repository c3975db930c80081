import pg from 'pg';
import type { Postgres } from './postgres.ts';
import { rolePassword } from './postgres-secrets.ts';

/** How a service reaches its database: as the role that it runs under, and as the owner that migrates. */
export interface DatabaseUrls {
  readonly runtimeUrl: string;
  readonly ownerUrl: string;
}

/** A database of one service with its two roles. */
export interface DatabaseNames {
  readonly database: string;
  readonly owner: string;
  readonly runtime: string;
}

/**
 * The database that the environment gives to a service: `<SERVICE>_DATABASE_URL`, and
 * `<SERVICE>_MIGRATION_DATABASE_URL` for the owner, which is the same where only the first is set. Undefined when
 * neither is set.
 */
export function databaseFromEnvironment(
  service: string,
  environment: NodeJS.ProcessEnv = process.env,
): DatabaseUrls | undefined {
  const prefix = service.toUpperCase().replaceAll('-', '_');
  const runtimeUrl = environment[`${prefix}_DATABASE_URL`];
  const ownerUrl = environment[`${prefix}_MIGRATION_DATABASE_URL`];
  if (!runtimeUrl && ownerUrl) {
    throw new Error(`${prefix}_MIGRATION_DATABASE_URL is set, so ${prefix}_DATABASE_URL has to be set too.`);
  }
  return runtimeUrl ? { runtimeUrl, ownerUrl: ownerUrl || runtimeUrl } : undefined;
}

/**
 * The database of a service: the environment's if it names one (then nothing is made), otherwise the database
 * `<service>` of the embedded server, made at the first call with the roles `<service>_owner` (owns the database and
 * its schema) and `<service>_runtime` (may connect; what else it may do, the migrations grant).
 */
export async function ensureDatabase(
  service: string,
  server: Postgres | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<DatabaseUrls> {
  const given = databaseFromEnvironment(service, environment);
  if (given) return given;
  if (!server) throw new Error(`There is no database for ${service}: neither in the environment nor embedded.`);

  const names = { database: service, owner: `${service}_owner`, runtime: `${service}_runtime` };
  const ownerPassword = rolePassword(server.dataDir, names.owner);
  const runtimePassword = rolePassword(server.dataDir, names.runtime);
  await withClient(server.superuserUrl, async (client) => {
    await ensureRole(client, names.owner, ownerPassword);
    await ensureRole(client, names.runtime, runtimePassword);
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [names.database]);
    if (!rowCount) await client.query(`CREATE DATABASE ${quoted(names.database)} OWNER ${quoted(names.owner)}`);
    await closeServer(client);
  });
  await closeDatabase(server.superuserUrl, names);
  return {
    ownerUrl: databaseUrl(server.superuserUrl, names.database, names.owner, ownerPassword),
    runtimeUrl: databaseUrl(server.superuserUrl, names.database, names.runtime, runtimePassword),
  };
}

/**
 * Leaves a database to its two roles alone: nobody else may connect, and only the owner may create anything in it.
 * Safe to repeat.
 */
export async function closeDatabase(superuserUrl: string, names: DatabaseNames): Promise<void> {
  const { database, owner, runtime } = names;
  await withClient(databaseUrl(superuserUrl, database), async (client) => {
    await client.query(`
      ${connectRights(names)}
      ALTER SCHEMA public OWNER TO ${quoted(owner)};
      REVOKE ALL ON SCHEMA public FROM PUBLIC;
      GRANT USAGE ON SCHEMA public TO ${quoted(runtime)};
    `);
  });
}

/** Who may connect, as statements for any database of the server: a copy of a template does not take them over. */
export function connectRights({ database, runtime }: DatabaseNames): string {
  return `
    REVOKE ALL ON DATABASE ${quoted(database)} FROM PUBLIC;
    GRANT CONNECT ON DATABASE ${quoted(database)} TO ${quoted(runtime)};`;
}

/** The same server's URL for another database and, if given, another role. */
export function databaseUrl(serverUrl: string, database: string, role?: string, password?: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${encodeURIComponent(database)}`;
  if (role !== undefined) url.username = encodeURIComponent(role);
  if (password !== undefined) url.password = encodeURIComponent(password);
  return url.href;
}

/** The password is set again each time, so that a database outlives the loss of the file with the passwords. */
async function ensureRole(client: pg.Client, role: string, password: string): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
  const rights = 'LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS';
  const verb = rowCount ? 'ALTER' : 'CREATE';
  await client.query(`${verb} ROLE ${quoted(role)} ${rights} PASSWORD ${client.escapeLiteral(password)}`);
}

/** The databases that come with every server are open to all roles, and would be a shared place between services. */
async function closeServer(client: pg.Client): Promise<void> {
  await client.query('REVOKE ALL ON DATABASE postgres FROM PUBLIC; REVOKE ALL ON DATABASE template1 FROM PUBLIC');
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function quoted(name: string): string {
  return pg.escapeIdentifier(name);
}
