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
import { randomFreePort } from '../platform/ports.ts';
import { type Postgres, startPostgres } from '../platform/postgres.ts';
import { type DatabaseUrls, databaseUrl, ensureDatabase } from '../platform/postgres-database.ts';

/** A bank that runs. */
export interface BenchBank {
  readonly postgres: Postgres;
  readonly edge: { readonly httpPort: number; readonly grpcPort: number };
  /** Where its keys and certificates are. */
  readonly dataDir: string;
  /** Its processes by name; `postgres` is the server with all its backends. */
  readonly pids: Readonly<Record<string, number>>;
  address(service: string): string;
  /** How the owner of a service's database reaches it. */
  ownerUrl(service: string): string;
  superuserUrl(service: string): string;
  stop(): Promise<void>;
}

/** The young generation that `make run` gives to its process too: with less, the collector copies what lives for a batch. */
const NODE_OPTIONS = '--max-semi-space-size=64';

/** Starts a bank with its data in a directory, which PostgreSQL's account must be able to reach. */
export async function startBank(directory: string): Promise<BenchBank> {
  const postgres = await startPostgres({ dataDir: path.join(directory, 'postgres') });
  const started: ServiceProcess[] = [];
  const stop = async (): Promise<void> => {
    for (const process of started.toReversed()) await process.kill('SIGTERM');
    await postgres.stop();
  };
  try {
    const urls = await makeDatabases(postgres);
    const environment = await environmentOf(directory, urls);
    await developmentCertificates(readConfig(environment));
    const pids: Record<string, number> = { postgres: postgres.pid };
    const start = async (name: string, listener = name): Promise<void> => {
      const process = await startServiceProcess(listener, environment, `services/${name}/main.ts`);
      started.push(process);
      pids[name] = process.pid;
    };
    for (const { name } of services) await start(name);
    await start('edge', 'edge_http');
    return {
      postgres,
      edge: { httpPort: Number(environment['EDGE_HTTP_PORT']), grpcPort: Number(environment['EDGE_GRPC_PORT']) },
      dataDir: environment['DATA_DIR'] ?? '',
      pids,
      address: (service) => environment[`${service.toUpperCase()}_ADDRESS`] ?? '',
      ownerUrl: (service) => urls.get(service)?.ownerUrl ?? '',
      superuserUrl: (service) => databaseUrl(postgres.superuserUrl, service),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
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
