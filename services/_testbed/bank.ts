// The whole bank for tests: every service in one process, each with its own database, port and identity, over real gRPC.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DescService } from '@bufbuild/protobuf';
import type { Client } from '#chassis/call.ts';
import type { Origin } from '#chassis/call-context.ts';
import type { Identity } from '#chassis/identity.ts';
import { type DevelopmentIssuer, developmentIssuer, type Issuer } from '#chassis/issuer.ts';
import type { ServiceName } from '#chassis/services.ts';
import { asPrincipal, asWorkload } from '#chassis/testing/clients.ts';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import { type Identities, testIdentities } from '#chassis/testing/identities.ts';
import { testEnvironment } from '#chassis/testing/service.ts';
import type { Workload } from '#gen/bank/rules.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import type { RunningEdge } from '../edge/service.ts';
import { services as allServices, type BankService } from './services.ts';
import { freePorts, start } from './start.ts';

/** How to start a bank. */
export interface BankOptions {
  /** Only these services; all of them without it. */
  readonly services?: readonly ServiceName[];
  /** Whether the edge runs too. Yes, unless told otherwise. */
  readonly edge?: boolean;
  readonly environment?: NodeJS.ProcessEnv;
}

/** Whence a principal calls, and through whom: the edge, unless it was approved and security executes it. */
export interface Calling {
  readonly origin?: Origin;
  readonly workload?: 'edge' | 'security-executor';
}

/** A bank that runs. */
export interface Bank {
  /** Where the edge listens: `http://127.0.0.1:…` for Connect and gRPC-Web, and the port for gRPC. */
  readonly edge: { readonly url: string; readonly httpPort: number; readonly grpcPort: number };
  /** The variables with which its services were started, for starting another process beside them. */
  readonly environment: NodeJS.ProcessEnv;
  /** Signs tokens for anybody. A production bank has none. */
  readonly issuer: DevelopmentIssuer;
  /** What a workload proves its name with. */
  readonly identity: (workload: Workload) => Identity;
  database(service: ServiceName): TestDatabase;
  address(service: ServiceName): string;
  /**
   * A client of a service that calls as a workload. The same one each time; closed at the end. `at`: the service to ask, where
   * the contract is every one's.
   */
  as<S extends DescService>(service: S, workload: Workload, at?: ServiceName): Client<S>;
  /** A client of a service that calls as the edge does for a principal, or for nobody. */
  asPrincipal<S extends DescService>(service: S, actor: Actor | undefined, options?: Calling): Client<S>;
  /** The token that a customer, a member of staff or a partner shows to the edge. */
  token(actor: Actor): Promise<string>;
  /** Stops everything and removes what was made for it. */
  stop(): Promise<void>;
}

const TOKEN_SECONDS = 600;
/** A busy machine takes its time, and more where each service is a process. */
const START_MS = 600_000;

/** Starts a bank: in this process, unless banks are started elsewhere. */
export function startBank(options: BankOptions = {}): Promise<Bank> {
  return elsewhere ? elsewhere(options) : startHere(options);
}

let elsewhere: ((options: BankOptions) => Promise<Bank>) | undefined;

/** From now on banks are started by this, so that the same tests are of a bank that runs in another way; by undefined, here again. */
export function startBanksBy(start: typeof elsewhere): void {
  elsewhere = start;
}

async function startHere(options: BankOptions): Promise<Bank> {
  const chosen = allServices.filter(({ name }) => options.services?.includes(name) ?? true);
  const dataDir = await mkdtemp(path.join(tmpdir(), 'corebank-bank-'));
  const cloned = chosen.map(
    async (service): Promise<[string, TestDatabase]> => [service.name, await cloneDatabase(service)],
  );
  const databases = new Map(await Promise.all(cloned));
  const urls = [...databases].map(([name, { runtimeUrl }]) => [`${name.toUpperCase()}_DATABASE_URL`, runtimeUrl]);
  const environment: NodeJS.ProcessEnv = {
    ...testEnvironment(dataDir),
    // Ledger and audit look after their checkpoints in every bank, and few tests wait for one.
    CHECKPOINT_SECONDS: '1',
    ...(await freePorts(chosen)),
    ...Object.fromEntries(urls),
    ...(databases.has('security') && { DATA_KEYS: 'security' }),
    ...options.environment,
  };
  const identities = await testIdentities(environment);
  const started = await start(chosen, environment, options.edge ?? true);
  return bankOf({
    chosen,
    environment,
    identities,
    databases,
    edge: () => describeEdge(started.edge),
    async stop() {
      await started.stop();
      await Promise.all([...databases.values()].map((database) => database.drop()));
      await rm(dataDir, { recursive: true, force: true });
    },
  });
}

/** What a bank that runs is made of, wherever it does. */
export interface BankParts {
  readonly chosen: readonly BankService[];
  /** With the address of each service, and the folder of the bank's keys. */
  readonly environment: NodeJS.ProcessEnv;
  readonly identities: Identities;
  readonly databases: ReadonlyMap<string, TestDatabase>;
  edge(): Bank['edge'];
  stop(): Promise<void>;
}

/** A bank of what it is made of. */
export async function bankOf({ chosen, environment, identities, databases, ...running }: BankParts): Promise<Bank> {
  const issuer = await issuerOf(environment, environment['DATA_DIR'] ?? '');
  const clients = bankClients(chosen, environment, issuer, identities.of);
  return {
    get edge() {
      return running.edge();
    },
    environment,
    issuer,
    identity: identities.of,
    ...clients,
    database(name) {
      const database = databases.get(name);
      if (!database) throw new Error(`this bank has no ${name}`);
      return database;
    },
    address: (name) => environment[`${name.toUpperCase()}_ADDRESS`] ?? '',
    token: (actor) => issuer.principalToken(actor, TOKEN_SECONDS),
    async stop() {
      clients.close();
      identities.close();
      await running.stop();
    },
  };
}

async function issuerOf({ BANK_ENVIRONMENT }: NodeJS.ProcessEnv, dataDir: string): Promise<DevelopmentIssuer> {
  if (BANK_ENVIRONMENT !== 'production') return developmentIssuer(path.join(dataDir, 'keyring'));
  const none = () => {
    throw new Error('a production bank has no development issuer');
  };
  return {
    principalToken: none,
    partnerToken: none,
    internalToken: none,
    get publicKey() {
      return none();
    },
  };
}

/** Starts a bank before the tests of a `describe` and stops it after them. Answers how to get it inside tests. */
export function useBank(options: BankOptions = {}): () => Bank {
  let bank: Bank | undefined;
  before('starts the bank', async function startsTheBank() {
    this.timeout(START_MS);
    bank = await startBank(options);
  });
  after('stops the bank', async () => {
    await bank?.stop();
  });
  return () => {
    if (!bank) throw new Error('the bank runs inside tests and hooks only');
    return bank;
  };
}

function describeEdge(edge: RunningEdge | undefined): Bank['edge'] {
  if (!edge) throw new Error('this bank has no edge');
  const { httpPort, grpcPort } = edge;
  return { url: `http://127.0.0.1:${httpPort}`, httpPort, grpcPort };
}

function bankClients(
  chosen: readonly BankService[],
  environment: NodeJS.ProcessEnv,
  issuer: Issuer,
  identity: Bank['identity'],
) {
  const clients = new Map<string, { readonly close: () => void }>();
  function kept<C extends { readonly close: () => void }>(name: string, make: () => C): C {
    const client = (clients.get(name) as C | undefined) ?? make();
    clients.set(name, client);
    return client;
  }
  function callable<S extends DescService>(service: S, at?: ServiceName) {
    const name = at ?? chosen.find((candidate) => candidate.service.typeName === service.typeName)?.name;
    if (!name) throw new Error(`this bank does not run ${service.typeName}`);
    return { service, audience: name, address: environment[`${name.toUpperCase()}_ADDRESS`] ?? '', issuer, identity };
  }
  return {
    as: <S extends DescService>(service: S, workload: Workload, at?: ServiceName): Client<S> =>
      kept(`${service.typeName} ${workload} ${at}`, () => asWorkload(callable(service, at), workload)),
    asPrincipal: <S extends DescService>(service: S, actor: Actor | undefined, settings?: Calling) =>
      kept(JSON.stringify([service.typeName, actor, settings]), () => asPrincipal(callable(service), actor, settings)),
    close: () => {
      for (const client of clients.values()) client.close();
    },
  };
}
