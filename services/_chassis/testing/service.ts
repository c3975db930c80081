// One real service for a test file: its own database, its own keys, a port of its own, real gRPC.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DescService } from '@bufbuild/protobuf';
import type { Workload } from '#gen/bank/rules.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { type ServiceDefinition, startService } from '../boot.ts';
import type { Client } from '../call.ts';
import type { Origin } from '../call-context.ts';
import type { Identity } from '../identity.ts';
import { type DevelopmentIssuer, developmentIssuer } from '../issuer.ts';
import { asPrincipal, asWorkload, type Callable } from './clients.ts';
import { cloneDatabase, type TestDatabase } from './database.ts';
import { TEST_CERTIFICATES, testIdentities } from './identities.ts';

export { customer, partner, refused, staff, staffAt } from './clients.ts';

/** How to start a service under test. */
export interface TestOptions {
  /** Variables that differ from a test's: LOG_LEVEL silent, no day timer, a port that the kernel chooses. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Another process of the same service: its database and keys, which this one then neither makes nor removes. */
  readonly beside?: { readonly database: TestDatabase; readonly dataDir: string };
}

/** A service under test, that runs. */
export interface ServiceUnderTest<S extends DescService> {
  readonly port: number;
  readonly address: string;
  readonly database: TestDatabase;
  readonly dataDir: string;
  readonly issuer: DevelopmentIssuer;
  /** What a workload proves its name with. */
  readonly identity: (workload: Workload) => Identity;
  /** A client that calls as a workload. The same one each time; closed at the end. */
  as(workload: Workload): Client<S>;
  /** A client that calls as the edge does for a principal, or for nobody. */
  asPrincipal(actor: Actor | undefined, options?: { origin?: Origin; workload?: Workload }): Client<S>;
  /** Stops it, and removes what was made for it. */
  stop(): Promise<void>;
}

/** Starts a service on a database of its own. */
export async function startTestService<S extends DescService, Context>(
  definition: ServiceDefinition<S, Context>,
  options: TestOptions = {},
): Promise<ServiceUnderTest<S>> {
  const { beside } = options;
  const database = beside?.database ?? (await cloneDatabase(definition));
  const dataDir = beside?.dataDir ?? (await mkdtemp(path.join(tmpdir(), 'corebank-test-')));
  const upper = definition.name.toUpperCase();
  const environment = {
    ...testEnvironment(dataDir),
    [`${upper}_DATABASE_URL`]: database.runtimeUrl,
    ...options.environment,
  };
  const identities = await testIdentities(environment);
  const running = await startService(definition, environment);
  const issuer = await developmentIssuer(path.join(dataDir, 'keyring'));
  const address = `127.0.0.1:${running.port}`;
  const identity = identities.of;
  const callable: Callable<S> = { service: definition.service, audience: definition.name, address, issuer, identity };
  const clients = new Map<string, Client<S>>();
  const kept = (name: string, make: () => Client<S>): Client<S> => {
    const client = clients.get(name) ?? make();
    clients.set(name, client);
    return client;
  };
  return {
    port: running.port,
    address,
    database,
    dataDir,
    issuer,
    identity,
    as: (workload) => kept(workload, () => asWorkload(callable, workload)),
    asPrincipal: (actor, settings) =>
      kept(JSON.stringify([actor, settings]), () => asPrincipal(callable, actor, settings)),
    async stop() {
      for (const client of clients.values()) client.close();
      identities.close();
      await running.stop();
      if (beside) return;
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/**
 * Starts a service before the tests of a `describe` and stops it after them. What is answered may be used inside
 * tests and hooks only.
 */
export function useService<S extends DescService, Context>(
  definition: ServiceDefinition<S, Context>,
  options: TestOptions | (() => Promise<TestOptions>) = {},
): ServiceUnderTest<S> {
  let started: ServiceUnderTest<S> | undefined;
  before(`starts ${definition.name}`, async () => {
    started = await startTestService(definition, typeof options === 'function' ? await options() : options);
  });
  after(`stops ${definition.name}`, async () => {
    await started?.stop();
  });
  const running = (): ServiceUnderTest<S> => {
    if (!started) throw new Error(`${definition.name} runs inside tests and hooks only`);
    return started;
  };
  return {
    get port() {
      return running().port;
    },
    get address() {
      return running().address;
    },
    get database() {
      return running().database;
    },
    get dataDir() {
      return running().dataDir;
    },
    get issuer() {
      return running().issuer;
    },
    identity: (workload) => running().identity(workload),
    as: (workload) => running().as(workload),
    asPrincipal: (actor, settings) => running().asPrincipal(actor, settings),
    stop: () => running().stop(),
  };
}

/** The variables of a service under test: quiet, without a timer, on ports that the kernel chooses. */
export function testEnvironment(dataDir: string): NodeJS.ProcessEnv {
  return {
    BANK_ENVIRONMENT: 'development',
    DATA_DIR: dataDir,
    CERTIFICATES_DIR: TEST_CERTIFICATES,
    LOG_LEVEL: 'silent',
    BUSINESS_DATE_TIMER: 'off',
    CHECKPOINT_SECONDS: '0.2',
    EDGE_HTTP_PORT: '0',
    EDGE_GRPC_PORT: '0',
    // Tests call faster than people do.
    EDGE_LIMIT_ADDRESS: '1000000',
    EDGE_LIMIT_CUSTOMER: '1000000',
    EDGE_LIMIT_STAFF: '1000000',
    EDGE_LIMIT_PARTNER: '1000000',
    LEDGER_PORT: '0',
    ACCOUNT_PORT: '0',
    CUSTOMER_PORT: '0',
    TRANSACTION_PORT: '0',
    SECURITY_PORT: '0',
    AUDIT_PORT: '0',
    NOTIFICATION_PORT: '0',
    INTEGRATION_PORT: '0',
    // Where the receivers of webhooks are.
    WEBHOOK_PRIVATE_NETWORKS: '127.0.0.0/8',
    // Alone, unless it is started with security.
    DATA_KEYS: 'keyring',
  };
}
