// Services of a bank as processes of their own beside the rest of it, for tests that kill them.
import type { DescService } from '@bufbuild/protobuf';
import type { Client } from '#chassis/call.ts';
import type { ServiceName } from '#chassis/services.ts';
import { asPrincipal, asWorkload, type Callable } from '#chassis/testing/clients.ts';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import type { Workload } from '#gen/bank/rules.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { randomFreePort } from '../../tools/platform/ports.ts';
import type { Bank } from './bank.ts';
import { type ServiceProcess, startServiceProcess } from './service-process.ts';
import type { BankService } from './services.ts';

/** Services that run as processes, each at one port for its life and with a database of its own. */
export interface Beside {
  /** Kills one, and starts it again. */
  killed(name: ServiceName): Promise<void>;
  /** A client that calls as the edge does, or as security does for what was approved: the same one until its service dies; closed at the end. */
  asPrincipal<S extends DescService>(
    service: S,
    actor: Actor,
    options?: { readonly workload?: 'edge' | 'security-executor' },
  ): Client<S>;
  /** The same of one that calls as a workload. */
  as<S extends DescService>(service: S, workload: Workload): Client<S>;
  database(name: ServiceName): TestDatabase;
  /** What they have written so far: those that run. */
  output(): string;
  stop(): Promise<void>;
}

const DEADLINE_MS = 30_000;

/** Starts services beside a bank that runs without them, with these variables beyond the bank's. */
export async function startBeside(
  bank: Bank,
  definitions: readonly Omit<BankService, 'start'>[],
  more: NodeJS.ProcessEnv = {},
): Promise<Beside> {
  const { issuer, identity } = bank;
  const databases = new Map<string, TestDatabase>();
  const running = new Map<string, ServiceProcess>();
  const environment = { ...bank.environment, ...more };
  const clients = new Map<string, { readonly of: string; close(): void }>();
  for (const definition of definitions) {
    const upper = definition.name.toUpperCase();
    const port = await randomFreePort();
    const database = await cloneDatabase(definition);
    databases.set(definition.name, database);
    Object.assign(environment, {
      [`${upper}_PORT`]: String(port),
      [`${upper}_ADDRESS`]: `127.0.0.1:${port}`,
      [`${upper}_DATABASE_URL`]: database.runtimeUrl,
    });
  }
  async function start(name: string): Promise<void> {
    running.set(name, await startServiceProcess(name, environment));
  }
  function kept<S extends DescService>(
    service: S,
    caller: unknown,
    make: (callable: Callable<S>) => Client<S>,
  ): Client<S> {
    const name = definitions.find((one) => one.service.typeName === service.typeName)?.name;
    if (!name) throw new Error(`${service.typeName} does not run beside the bank`);
    const key = JSON.stringify([name, caller]);
    const known = clients.get(key) as (Client<S> & { readonly of: string }) | undefined;
    if (known) return known;
    const address = environment[`${name.toUpperCase()}_ADDRESS`] ?? '';
    const client = { ...make({ service, audience: name, address, issuer, identity }), of: name };
    clients.set(key, client);
    return client;
  }
  await Promise.all(definitions.map(({ name }) => start(name)));
  return {
    async killed(name) {
      await running.get(name)?.kill('SIGKILL');
      await start(name);
      // Those that have lost it wait a while before they look for it again.
      for (const [key, client] of clients) {
        if (client.of !== name) continue;
        client.close();
        clients.delete(key);
      }
    },
    asPrincipal: (service, actor, options = {}) =>
      kept(service, { actor, options }, (one) => asPrincipal(one, actor, { ...options, deadlineMs: DEADLINE_MS })),
    as: (service, workload) => kept(service, workload, (one) => asWorkload(one, workload)),
    database(name) {
      const database = databases.get(name);
      if (!database) throw new Error(`${name} does not run beside the bank`);
      return database;
    },
    output: () => [...running.values()].map((one) => one.output()).join('\n'),
    async stop() {
      for (const client of clients.values()) client.close();
      for (const one of running.values()) await one.kill();
      for (const database of databases.values()) await database.drop();
    },
  };
}
