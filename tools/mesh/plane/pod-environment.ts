// What programs in pods are told, and how they reach what is outside of the mesh here: databases and the bus.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ServiceName } from '#chassis/services.ts';
import type { TestDatabase } from '#chassis/testing/database.ts';
import { testEnvironment } from '#chassis/testing/service.ts';
import type { World } from '../lint/world.ts';
import { deployments, EDGE } from '../workloads.ts';
import { forward, type Listening } from './listening.ts';
import type { Networks } from './namespaces.ts';
import { placeOf } from './pod-list.ts';

/** How something is stopped. */
export type Stop = () => Promise<unknown>;

/** What says where something is that stands outside of the mesh here. */
const OUTSIDE = /^(NATS_URL|SMTP_URLS|\w+_DATABASE_URL)$/;
/** What says where partners are, whom programs trust without TLS on their own loopback alone. */
const PARTNERS = ['SCHEME_URL', 'CARD_SWITCH_ADDRESS'];
const ON_THE_LOOPBACK = /(?:127\.0\.0\.1|localhost):(\d+)/g;

/** Where pods find what listens on the loopback of this machine: what is said of it there, said for them. */
export type FromPods = (where: string) => Promise<string>;

/** Opens the ways out of pods, each when it is first asked for. */
export function waysOut({ outside }: Networks, stops: Stop[]): FromPods {
  const opened = new Map<string, Promise<Listening>>();
  return async (where) => {
    for (const [, port = ''] of where.matchAll(ON_THE_LOOPBACK)) {
      const to = { host: '127.0.0.1', port: Number(port) };
      const way = opened.get(port) ?? forward({ ...to, host: outside }, to);
      if (!opened.has(port)) {
        stops.push(async () => {
          opened.delete(port);
          await (await way).close();
        });
      }
      opened.set(port, way);
      await way;
    }
    return where.replaceAll(ON_THE_LOOPBACK, (_, port) => `${outside}:${port}`);
  };
}

/** As pods are told it. `more`: what else one bank is told. */
export async function environmentOf(
  { trustDomain }: World,
  databases: ReadonlyMap<ServiceName, TestDatabase>,
  more: NodeJS.ProcessEnv,
  { fromPods, stops }: { fromPods: FromPods; stops: Stop[] },
): Promise<NodeJS.ProcessEnv> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'corebank-pods-'));
  stops.push(() => rm(dataDir, { recursive: true, force: true }));
  const urls = [...databases].map(([name, { runtimeUrl }]) => [`${name.toUpperCase()}_DATABASE_URL`, runtimeUrl]);
  const environment = {
    ...testEnvironment(dataDir),
    CHECKPOINT_SECONDS: '1',
    LOG_LEVEL: 'error',
    ...(databases.has('security') && { DATA_KEYS: 'security' }),
    WORKLOAD_IDENTITY: 'istio',
    TRUST_DOMAIN: trustDomain,
    EDGE_PROXY_HOPS: '0',
    ...Object.fromEntries(urls),
    ...more,
  };
  return toldInPods(environment, fromPods);
}

/** What a program that is told this on this machine is told in a pod: whatever it is of the bank, it finds by its name. */
export async function toldInPods(given: NodeJS.ProcessEnv, fromPods: FromPods): Promise<NodeJS.ProcessEnv> {
  const environment = { ...given };
  for (const [name, where = ''] of Object.entries(given)) {
    if (OUTSIDE.test(name)) environment[name] = await fromPods(where);
  }
  for (const { name, ports } of deployments) {
    const upper = name.toUpperCase();
    for (const port of ports) {
      environment[name === EDGE ? `${upper}_${port.name.toUpperCase()}_PORT` : `${upper}_PORT`] = String(port.number);
    }
    if (name !== EDGE) environment[`${upper}_ADDRESS`] = placeOf(name);
  }
  return environment;
}

/** The ports of the loopback at which a program looks for partners. */
export function partnerPorts(told: NodeJS.ProcessEnv): number[] {
  return PARTNERS.flatMap((name) => [...(told[name] ?? '').matchAll(ON_THE_LOOPBACK)].map(([, port]) => Number(port)));
}
