// The bank that is measured: an embedded PostgreSQL with fsync on, and every service and the edge as a process of its own.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { readConfig } from '#chassis/config.ts';
import { migrate } from '#chassis/database.ts';
import { makeLog } from '#chassis/log.ts';
import { type ServiceProcess, startServiceProcess } from '../../services/_testbed/service-process.ts';
import { services } from '../../services/_testbed/services.ts';
import { freePorts } from '../../services/_testbed/start.ts';
import { developmentCertificates } from '../platform/development-ca.ts';
import { type Nats, startNats } from '../platform/nats.ts';
import { randomFreePort } from '../platform/ports.ts';
import { type Postgres, startPostgres } from '../platform/postgres.ts';
import { type DatabaseUrls, databaseUrl, ensureDatabase } from '../platform/postgres-database.ts';
import { withClient } from './client.ts';

/** A bank that runs. */
export interface BenchBank {
  readonly postgres: Postgres;
  readonly edge: { readonly httpPort: number; readonly grpcPort: number };
  /** Where its services keep what is not in a database: keys and certificates. */
  readonly dataDir: string;
  /** Its processes by name; `postgres` is the server with all its backends. */
  readonly pids: Readonly<Record<string, number>>;
  address(service: string): string;
  /** How the owner of a service's database reaches it. */
  ownerUrl(service: string): string;
  superuserUrl(service: string): string;
  /** Ends a service, and starts it again. */
  end(service: string): Promise<void>;
  begin(service: string): Promise<void>;
  stop(): Promise<void>;
}

/** What a bank has besides. */
export interface BankOptions {
  /** Whether its events are published, and heard. Then the server keeps when each transaction was committed, which tells how long they took. */
  readonly events: boolean;
}

/** The young generation that `make run` gives to its process too: with less, the collector copies what lives for a batch. */
const NODE_OPTIONS = '--max-semi-space-size=64';

/** Starts a bank with its data in a directory, which PostgreSQL's account must be able to reach. */
export async function startBank(directory: string, { events }: BankOptions = { events: false }): Promise<BenchBank> {
  const postgres = await startServer(directory, events);
  const stops = [() => postgres.stop()];
  const stop = async (): Promise<void> => {
    for (const one of stops.splice(0).toReversed()) await one();
  };
  try {
    const nats = events ? await startBus(directory) : undefined;
    if (nats) stops.push(() => nats.stop());
    const urls = await makeDatabases(postgres);
    const environment: NodeJS.ProcessEnv = {
      ...(await environmentOf(directory, urls)),
      ...(nats && { NATS_URL: nats.url }),
    };
    await developmentCertificates(readConfig(environment));
    const pids: Record<string, number> = { postgres: postgres.pid, ...(nats?.pid && { nats: nats.pid }) };
    const processes = processesOf(environment, pids);
    stops.push(processes.stop);
    for (const { name } of services) await processes.begin(name);
    await processes.begin('edge', 'edge_http');
    return {
      postgres,
      edge: { httpPort: Number(environment['EDGE_HTTP_PORT']), grpcPort: Number(environment['EDGE_GRPC_PORT']) },
      dataDir: environment['DATA_DIR'] ?? '',
      pids,
      address: (service) => environment[`${service.toUpperCase()}_ADDRESS`] ?? '',
      ownerUrl: (service) => urls.get(service)?.ownerUrl ?? '',
      superuserUrl: (service) => databaseUrl(postgres.superuserUrl, service),
      end: processes.end,
      begin: processes.begin,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startServer(directory: string, events: boolean): Promise<Postgres> {
  const dataDir = path.join(directory, 'postgres');
  const postgres = await startPostgres({ dataDir });
  if (!events) return postgres;
  await withClient(postgres.superuserUrl, (client) => client.query('alter system set track_commit_timestamp = on'));
  await postgres.stop();
  return startPostgres({ dataDir });
}

async function startBus(directory: string): Promise<Nats> {
  return startNats({ dataDir: path.join(directory, 'nats'), port: await randomFreePort(), users: [], environment: {} });
}

/** The processes of a bank, whose numbers are told in `pids`. */
function processesOf(environment: NodeJS.ProcessEnv, pids: Record<string, number>) {
  const started = new Map<string, ServiceProcess>();
  return {
    async begin(name: string, listener = name): Promise<void> {
      const process = await startServiceProcess(listener, environment, `services/${name}/main.ts`);
      started.set(name, process);
      pids[name] = process.pid;
    },
    async end(name: string): Promise<void> {
      await started.get(name)?.kill('SIGTERM');
      started.delete(name);
    },
    async stop(): Promise<void> {
      for (const process of [...started.values()].toReversed()) await process.kill('SIGTERM');
    },
  };
}

/** None that the environment names is touched. */
async function makeDatabases(postgres: Postgres): Promise<Map<string, DatabaseUrls>> {
  const urls = new Map<string, DatabaseUrls>();
  for (const { name, migrations } of services) {
    const made = await ensureDatabase(name, postgres, {});
    await migrate({ url: made.ownerUrl, service: name, steps: migrations, log: makeLog('bench', 'warn') });
    urls.set(name, made);
  }
  return urls;
}

async function environmentOf(directory: string, urls: Map<string, DatabaseUrls>): Promise<NodeJS.ProcessEnv> {
  const dataDir = path.join(directory, 'services');
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const ports = await freePorts(services);
  const edge = [await randomFreePort(), await randomFreePort()];
  return {
    ...ports,
    ...Object.fromEntries(
      [...urls].map(([name, { runtimeUrl }]) => [`${name.toUpperCase()}_DATABASE_URL`, runtimeUrl]),
    ),
    EDGE_HTTP_PORT: String(edge[0]),
    EDGE_GRPC_PORT: String(edge[1]),
    DATA_DIR: dataDir,
    LOG_LEVEL: 'warn',
    // One teller opens all accounts. Customers are held to what they are held to everywhere.
    EDGE_LIMIT_STAFF: '1000000',
    NODE_OPTIONS,
  };
}
