// `make run`: PostgreSQL, NATS, every service and the edge, in one process, on the same addresses every time.
import { existsSync } from 'node:fs';
import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readConfig } from '#chassis/config.ts';
import { migrate } from '#chassis/database.ts';
import { makeLog } from '#chassis/log.ts';
import { developmentCertificates } from '../../tools/platform/development-ca.ts';
import { startNats } from '../../tools/platform/nats.ts';
import { natsUsers } from '../../tools/platform/nats-users.ts';
import { dataDirectory, makeOpenDirectory } from '../../tools/platform/paths.ts';
import { isFree } from '../../tools/platform/ports.ts';
import { type Postgres, startPostgres } from '../../tools/platform/postgres.ts';
import { databaseFromEnvironment, ensureDatabase } from '../../tools/platform/postgres-database.ts';
import { claim } from '../../tools/platform/processes.ts';
import { places } from './places.ts';
import { importSample } from './sample.ts';
import { services as allServices, type BankService } from './services.ts';
import { simulatorPlace } from './simulator-process.ts';
import { start } from './start.ts';

const LARGEST_LOG_BYTES = 16 << 20;
const RENEWAL_CHECK_MS = 10 * 60_000;

/** What was started, in order: stopped in the other direction. */
const stops: (() => Promise<void>)[] = [];

let isInterrupted = false;
const interrupted = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      isInterrupted = true;
      resolve();
    });
  }
});

await main();

async function main(): Promise<void> {
  try {
    await startEverything();
    await interrupted;
  } catch (error) {
    if (!isInterrupted) {
      console.error(`The bank does not start. ${error instanceof Error ? error.message : String(error)}`);
      await stopEverything();
      process.exit(1);
    }
  }
  console.log('stopping');
  await stopEverything();
  process.exit(0);
}

/** An interrupt during the start waits for the step that is under way, so that nothing is left half-started. */
function goOn(): void {
  if (isInterrupted) throw new Error('interrupted');
}

async function startEverything(): Promise<void> {
  const { chosen, withEdge } = choose(process.env['SERVICES'] ?? '');
  const dataDir = dataDirectory();
  makeOpenDirectory(dataDir);
  const other = claim(path.join(dataDir, 'bank.owner'));
  if (other !== undefined) throw new Error(`It already runs, as process ${other}.`);
  const environment = await bankEnvironment(dataDir);
  await renewCertificates(environment);
  await refuseTakenPorts(chosen, environment, withEdge);

  const postgres = await startDatabaseServer(chosen, dataDir);
  const keys = path.join(dataDir, 'nats-keys');
  const nats = startNats({ dataDir: path.join(dataDir, 'nats'), users: natsUsers(keys) }).then(
    (server) => {
      stops.push(() => server.stop());
      // One that somebody else runs has users of its own.
      const own = server.pid === undefined ? {} : { NATS_KEYS_DIR: keys };
      return { environment: { NATS_URL: server.url, ...own }, shown: server.url };
    },
    (error: Error) => ({ environment: { NATS_URL: '' }, shown: `not running: ${error.message}` }),
  );
  goOn();
  await migrateAll(chosen, postgres, environment);
  const { environment: busEnvironment, shown } = await nats;
  goOn();
  const simulator = chosen.some(({ name }) => name === 'integration')
    ? await simulatorPlace(environment, dataDir)
    : undefined;
  goOn();
  const started = await start(chosen, { ...environment, ...busEnvironment, ...simulator?.environment }, withEdge);
  stops.push(started.stop);
  goOn();

  const { edge } = started;
  const sample = edge && (await Promise.race([importOnce(dataDir, `http://127.0.0.1:${edge.httpPort}`), interrupted]));
  goOn();
  // Last: the bank is ready without it.
  if (simulator) stops.push(simulator.start());
  console.log('ready');
  console.log(
    places({
      ...started,
      environment,
      dataDir,
      postgres,
      natsUrl: shown,
      sample: sample ?? undefined,
      simulator: simulator?.url,
    }),
  );
}

/** The services named in SERVICES, or all; `-edge` among them leaves the edge out. */
function choose(wanted: string): { chosen: readonly BankService[]; withEdge: boolean } {
  const names = wanted.split(',').flatMap((name) => name.trim() || []);
  const withEdge = !names.includes('-edge');
  const listed = names.filter((name) => name !== 'edge' && name !== '-edge');
  const known = allServices.map(({ name }) => String(name));
  const unknown = listed.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(`SERVICES: there is no service ${unknown.join(', ')}; there are ${known.join(', ')}.`);
  }
  const only = listed.length > 0 || names.includes('edge');
  return { chosen: allServices.filter(({ name }) => !only || listed.includes(name)), withEdge };
}

/** The variables of every service of this bank: what the caller set, and where this machine keeps things. */
async function bankEnvironment(dataDir: string): Promise<NodeJS.ProcessEnv> {
  const keys = process.env['DATA_DIR'] || path.join(dataDir, 'services');
  await mkdir(keys, { recursive: true, mode: 0o700 });
  const logFile = process.env['LOG_FILE'] || path.join(dataDir, 'bank.log');
  const logged = await stat(logFile).catch(() => undefined);
  if (logged && logged.size > LARGEST_LOG_BYTES) await rename(logFile, `${logFile}.1`);
  // Who moves a service to another port moves those that call it too.
  const addresses = allServices.flatMap(({ name }) => {
    const upper = name.toUpperCase();
    const port = process.env[`${upper}_PORT`];
    return port === undefined ? [] : [[`${upper}_ADDRESS`, `127.0.0.1:${port}`]];
  });
  return { ...Object.fromEntries(addresses), ...process.env, DATA_DIR: keys, LOG_FILE: logFile };
}

/** Makes the services' certificates, unless they are somebody else's to make, and new ones long before they end. */
async function renewCertificates(environment: NodeJS.ProcessEnv): Promise<void> {
  const config = readConfig(environment);
  if (config.WORKLOAD_IDENTITY !== 'mtls' || config.CERTIFICATES_DIR !== '') return;
  await developmentCertificates(config);
  const log = makeLog('certificates', config.LOG_LEVEL, config.LOG_FILE);
  const renew = () =>
    developmentCertificates(config).catch((error: unknown) => log.error({ err: error }, 'not renewed'));
  const timer = setInterval(() => void renew(), RENEWAL_CHECK_MS);
  stops.push(async () => clearInterval(timer));
}

async function refuseTakenPorts(
  chosen: readonly BankService[],
  environment: NodeJS.ProcessEnv,
  withEdge: boolean,
): Promise<void> {
  const names = chosen.map(({ name }) => `${name.toUpperCase() as Uppercase<typeof name>}_PORT` as const);
  const edge = withEdge ? (['EDGE_HTTP_PORT', 'EDGE_GRPC_PORT'] as const) : [];
  const config = readConfig(environment);
  const taken: string[] = [];
  for (const name of [...names, ...edge]) {
    const port = config[name];
    if (port > 0 && !(await isFree(port))) taken.push(`${port} (${name})`);
  }
  if (taken.length > 0) {
    throw new Error(`These ports are taken: ${taken.join(', ')}. Stop what uses them, or set the variables.`);
  }
}

/** The embedded PostgreSQL, unless the environment names a database for every service. */
async function startDatabaseServer(chosen: readonly BankService[], dataDir: string): Promise<Postgres | undefined> {
  if (chosen.every(({ name }) => databaseFromEnvironment(name))) return undefined;
  const postgres = await startPostgres({ dataDir: path.join(dataDir, 'postgres') });
  stops.push(() => postgres.stop());
  return postgres;
}

/** Makes the databases one after the other (their roles are the server's), and migrates them side by side. */
async function migrateAll(
  chosen: readonly BankService[],
  postgres: Postgres | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const migrations: (() => Promise<void>)[] = [];
  for (const { name, migrations: steps } of chosen) {
    const { runtimeUrl, ownerUrl } = await ensureDatabase(name, postgres);
    environment[`${name.toUpperCase()}_DATABASE_URL`] = runtimeUrl;
    const log = makeLog(name, 'info', environment['LOG_FILE']);
    migrations.push(() => migrate({ url: ownerUrl, service: name, steps, log }));
  }
  await Promise.all(migrations.map((work) => work()));
}

/** The sample data, at the first start that has an edge. */
async function importOnce(dataDir: string, edgeUrl: string): Promise<string | undefined> {
  const marker = path.join(dataDir, 'sample.imported');
  if (existsSync(marker)) return undefined;
  try {
    const imported = await importSample(edgeUrl);
    if (imported !== undefined) await writeFile(marker, `${imported}\n`);
    return imported;
  } catch (error) {
    // A bank without its sample is a bank; the import goes on where it was at the next start.
    return `not imported yet, the next start goes on with it: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function stopEverything(): Promise<void> {
  for (const stop of stops.toReversed()) {
    await stop().catch((error: unknown) => console.error(error instanceof Error ? error.message : String(error)));
  }
}
