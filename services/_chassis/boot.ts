// Starts a service: configuration, database, keys, write path, server; and stops it without cutting anybody off.
import path from 'node:path';
import type { DescService } from '@bufbuild/protobuf';
import type { Workload } from '#gen/bank/rules.ts';
import { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Owners } from './access.ts';
import { type Bus, natsBus, streamLimits } from './bus.ts';
import { type Client, connect } from './call.ts';
import { type Commands, commands } from './command.ts';
import { type Config, readConfig } from './config.ts';
import { type Consuming, consume } from './consume.ts';
import { askSecurity, type FetchKeys, keysFetchedBy } from './data-keys.ts';
import { type Database, type Entities, type MigrationStep, migrate, openDatabase } from './database.ts';
import { type Identity, openIdentity } from './identity.ts';
import { type DevelopmentIssuer, developmentIssuerOf } from './issuer.ts';
import { localKeyring } from './keyring.ts';
import { type Logger, makeLog } from './log.ts';
import { type Metrics, openMetrics } from './metrics.ts';
import { watchEvents, watchPool } from './metrics-of-service.ts';
import { localObjectStore, type ObjectStore } from './object-store.ts';
import { s3ObjectStore } from './object-store-s3.ts';
import { operations } from './operations.ts';
import { type Orders, orders } from './order.ts';
import { type Pages, pages } from './page.ts';
import { relay } from './relay.ts';
import { type KeyPort, type Vault, vault } from './sealing.ts';
import { type Rpcs, type Server, serve } from './serve.ts';
import type { ServiceName } from './services.ts';
import type { StepUp } from './step-up.ts';
import type { Subscription } from './subscription.ts';
import { tokenVerifier } from './tokens.ts';
import { type FindKey, keysAtSecurity, trusting } from './verification-keys.ts';

/** What the chassis gives to every service. */
export interface House {
  readonly config: Config;
  readonly log: Logger;
  readonly database: Database;
  readonly keys: KeyPort;
  readonly vault: Vault;
  readonly commands: Commands;
  readonly orders: Orders;
  readonly pages: Pages;
  /** What the process tells of itself. */
  readonly metrics: Metrics;
  /** What is to outlive the database. */
  readonly objects: ObjectStore;
  /** The same, in a region that the bank is configured with; '' is the bank's own. Undefined: it keeps nothing there. */
  objectsIn(region: string): ObjectStore | undefined;
  /** Gives tokens to anybody, in development. */
  readonly development: DevelopmentIssuer | undefined;
  /** A client of another service, which is called as this workload. */
  client<S extends DescService>(service: S, audience: Workload, address: string): Client<S>;
}

/** What a service has before it has its keys. */
export type Means = Pick<House, 'config' | 'database' | 'log'>;

/** A service of the bank. */
export interface ServiceDefinition<S extends DescService, Context> {
  readonly name: ServiceName;
  readonly service: S;
  readonly entities: Entities;
  readonly migrations: readonly MigrationStep[];
  /** Set by the service that owns the data keys of parties; all others ask it for them. */
  dataKeys?(means: Means): FetchKeys;
  context(house: House): Context;
  rpcs(context: Context): Rpcs<S>;
  /** What it consumes of other services' events. */
  subscriptions?(context: Context): readonly Subscription[];
  /** Finds the keys that verify tokens, in the service that has them. */
  keys?(context: Context): FindKey;
  /** Tells whose the things are that this service owns. */
  owners(context: Context): Owners;
  /** Checks what its callers have to prove. Required where its contract says step_up. */
  stepUp?(context: Context): StepUp;
  /** Starts what runs beside the calls, before the first of them. Answers how to stop it. */
  start?(context: Context): Promise<() => Promise<void>>;
}

/** A service that runs. */
export interface Running {
  readonly name: string;
  readonly port: number;
  /** Drains: no new calls, those under way are finished, what they left to do is done. */
  stop(): Promise<void>;
}

const GRACE_MS = 10_000;

/** Starts a service. Its database must be migrated. */
export async function startService<S extends DescService, Context>(
  definition: ServiceDefinition<S, Context>,
  environment: NodeJS.ProcessEnv,
): Promise<Running> {
  const { name, service } = definition;
  const config = readConfig(environment);
  const log = makeLog(name, config.LOG_LEVEL, config.LOG_FILE);
  const identity = openIdentity(config, name, log);
  const upper = name.toUpperCase() as Uppercase<typeof name>;
  const database = await openDatabase({
    url: required(config, `${upper}_DATABASE_URL`),
    service: name,
    entities: definition.entities,
    poolMax: config.DATABASE_POOL_MAX,
    statementTimeoutMs: config.STATEMENT_TIMEOUT_MS,
    log,
  });
  const development = await developmentIssuerOf(config);
  const clients = clientsOf(identity);
  const keys = await dataKeysOf(definition, { config, database, log }, clients);
  const metrics = await openMetrics(config, log);
  const house = furnish({ name, config, log, database, keys, development, clients, metrics });
  const context = definition.context(house);
  const find = definition.keys?.(context) ?? verificationKeysOf(house);
  const rpcs = definition.rpcs(context);
  const subscriptions = definition.subscriptions?.(context) ?? [];
  const bus =
    config.NATS_URL === '' ? undefined : natsBus({ url: config.NATS_URL, name, log, keys: config.NATS_KEYS_DIR });
  const stopBeside = await definition.start?.(context);
  const operating = { ...house, name, bus, producers: subscriptions.map(({ producer }) => producer) };
  watchPool(metrics, database);
  watchEvents(metrics, operating, log);
  const server = await serve({
    service,
    rpcs,
    operations: operations(operating),
    owners: definition.owners(context),
    stepUp: definition.stepUp?.(context),
    verify: tokenVerifier(trusting(find, development), name),
    identity,
    connectionMs: config.CONNECTION_SECONDS * 1000,
    address: { host: config.LISTEN_HOST, port: config[`${upper}_PORT`], healthPort: config.HEALTH_PORT },
    log,
    metrics,
  });
  house.orders.recover();
  const stopEvents = bus ? await startEvents({ name, house, server, bus, subscriptions }) : async () => {};
  return { name, port: server.port, stop: () => stop(server, house, stopEvents, stopBeside) };
}

/** The keys that verify tokens, as security tells them. */
function verificationKeysOf({ config, client, log }: House): FindKey {
  return keysAtSecurity(client(SecurityService, 'security', config.SECURITY_ADDRESS), log).find;
}

/** Starts the relay and the consumers. Answers how to stop them. */
async function startEvents(parts: {
  name: ServiceName;
  house: House;
  server: Server;
  bus: Bus;
  subscriptions: readonly Subscription[];
}): Promise<() => Promise<void>> {
  const { name, house, server, bus } = parts;
  const { config, database, vault, log } = house;
  const databaseUrl = required(config, `${name.toUpperCase() as Uppercase<ServiceName>}_DATABASE_URL`);
  const report = server.health.events;
  const relaying = relay({ service: name, database, databaseUrl, bus, limits: streamLimits(config), report, log });
  const consuming: Consuming[] = [];
  for (const subscription of parts.subscriptions) {
    consuming.push(await consume({ consumer: name, database, vault, log, subscription, bus }));
  }
  return async () => {
    for (const consumer of consuming) await consumer.stop();
    await relaying.stop();
    await bus.close();
  };
}

async function stop(
  server: Server,
  house: House & Closing,
  stopEvents: () => Promise<void>,
  stopBeside?: () => Promise<void>,
): Promise<void> {
  await server.stop(GRACE_MS);
  await stopBeside?.();
  const drained = house.orders.drain().then(() => house.commands.drain());
  await Promise.race([drained, new Promise((resolve) => setTimeout(resolve, GRACE_MS).unref())]);
  await stopEvents();
  await house.metrics.stop();
  house.close();
  await house.database[Symbol.asyncDispose]();
}

interface Closing {
  close(): void;
}

function furnish(parts: {
  name: Workload;
  config: Config;
  log: Logger;
  database: Database;
  keys: KeyPort;
  development: DevelopmentIssuer | undefined;
  clients: Clients;
  metrics: Metrics;
}): House & Closing {
  const { name, config, log, database, keys, development, clients, metrics } = parts;
  const sealed = vault(keys);
  const measured = (size: number, milliseconds: number) => metrics.batched('commands', size, milliseconds);
  const written = commands({ database, vault: sealed, keys, measured });
  return {
    config,
    log,
    database,
    keys,
    vault: sealed,
    metrics,
    development,
    commands: written,
    orders: orders(written, log),
    pages: pages(keys.secret(`pages:${name}`)),
    ...objectStoresOf(config),
    client: clients.client,
    close: clients.close,
  };
}

function objectStoresOf(config: Config): Pick<House, 'objects' | 'objectsIn'> {
  const { OBJECT_STORE, OBJECT_STORE_ENDPOINT: endpoint, OBJECT_STORE_REGIONS } = config;
  const stores = new Map([['', objectStoreOf(config)]]);
  for (const one of OBJECT_STORE_REGIONS.split(',').filter((text) => text !== '')) {
    const [name = '', place = ''] = one.split('=');
    const [bucket = '', region = ''] = place.split('@');
    if (OBJECT_STORE === 's3' && region === '')
      throw new Error(`the configuration is wrong. OBJECT_STORE_REGIONS: ${name} names no bucket@region`);
    stores.set(name, OBJECT_STORE === 's3' ? s3ObjectStore({ bucket, endpoint, region }) : localObjectStore(place));
  }
  return { objects: stores.get('') ?? objectStoreOf(config), objectsIn: (region) => stores.get(region) };
}

function objectStoreOf(config: Config): ObjectStore {
  const { OBJECT_STORE, OBJECT_STORE_ENDPOINT: endpoint, OBJECT_STORE_DIR, DATA_DIR } = config;
  if (OBJECT_STORE === 's3') return s3ObjectStore({ bucket: required(config, 'OBJECT_STORE_BUCKET'), endpoint });
  return localObjectStore(OBJECT_STORE_DIR || path.join(DATA_DIR, 'objects'));
}

type Clients = Pick<House, 'client'> & Closing;

/** Makes clients of other services, and closes them together, and the identity that they show. */
function clientsOf(identity: Identity): Clients {
  const clients: Closing[] = [];
  return {
    client(service, audience, address) {
      const client = connect(service, address, identity.channel(audience));
      clients.push(client);
      return client;
    },
    close: () => {
      for (const client of clients) client.close();
      identity.close();
    },
  };
}

/** The keys of parties from the service that owns them; of a service that runs alone, from the local keyring. */
async function dataKeysOf(
  { dataKeys }: Pick<ServiceDefinition<DescService, never>, 'dataKeys'>,
  means: Means,
  clients: Clients,
): Promise<KeyPort> {
  const { config, log } = means;
  if (dataKeys) return keysFetchedBy(dataKeys(means), config);
  if (config.DATA_KEYS === 'keyring') return localKeyring(path.join(config.DATA_DIR, 'keyring'));
  const security = clients.client(SecurityService, 'security', config.SECURITY_ADDRESS);
  return keysFetchedBy(askSecurity(security, log), config);
}

function required(config: Config, name: keyof Config): string {
  const value = config[name];
  if (value === '' || value === undefined) throw new Error(`the configuration is wrong. ${name}: is required`);
  return String(value);
}

/** The main program of a service: `migrate` as its only argument migrates its database, none runs it until SIGTERM. */
export async function runService<S extends DescService, Context>(
  definition: ServiceDefinition<S, Context>,
): Promise<void> {
  const { name, migrations } = definition;
  if (process.argv[2] === 'migrate') {
    const url = process.env[`${name.toUpperCase()}_MIGRATION_DATABASE_URL`];
    if (!url) throw new Error(`${name.toUpperCase()}_MIGRATION_DATABASE_URL: is required to migrate`);
    await migrate({ url, service: name, steps: migrations, log: makeLog(name, 'info') });
    return;
  }
  if (process.argv.length > 2) throw new Error('use: main.ts [migrate]');
  const running = await startService(definition, process.env);
  const stopOnce = () => {
    process.removeListener('SIGTERM', stopOnce).removeListener('SIGINT', stopOnce);
    void running.stop();
  };
  process.on('SIGTERM', stopOnce).on('SIGINT', stopOnce);
}
