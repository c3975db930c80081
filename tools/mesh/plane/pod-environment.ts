// What programs in pods are told, and how they reach what is outside of the mesh here: databases and the bus.
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ServiceName } from '#chassis/services.ts';
import type { TestDatabase } from '#chassis/testing/database.ts';
import { testEnvironment } from '#chassis/testing/service.ts';
import type { World } from '../lint/world.ts';
import { deployments, EDGE } from '../workloads.ts';
import { type Listening, listening, type Place } from './listening.ts';
import type { Networks } from './namespaces.ts';
import { placeOf } from './pod-list.ts';

/** How something is stopped. */
export type Stop = () => Promise<unknown>;

/** What stands outside of the mesh here, by the variables that say where. */
const OUTSIDE = ['NATS_URL', 'SMTP_URLS'];

/** As pods are told it, but for what is outside of the mesh here. `more`: what else one bank is told. */
export async function environmentOf(
  { trustDomain }: World,
  { outside }: Networks,
  databases: ReadonlyMap<ServiceName, TestDatabase>,
  more: NodeJS.ProcessEnv,
  stops: Stop[],
): Promise<NodeJS.ProcessEnv> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'corebank-pods-'));
  stops.push(() => rm(dataDir, { recursive: true, force: true }));
  const reached = new Map<string, Promise<Listening>>();
  const fromPods = async (given: string) => {
    const url = new URL(given);
    const port = Number(url.port);
    const opened = reached.get(url.port) ?? forward({ host: outside, port }, { host: '127.0.0.1', port });
    if (!reached.has(url.port)) stops.push(async () => (await opened).close());
    reached.set(url.port, opened);
    await opened;
    url.hostname = outside;
    return String(url);
  };
  const environment: NodeJS.ProcessEnv = {
    ...testEnvironment(dataDir),
    CHECKPOINT_SECONDS: '1',
    LOG_LEVEL: 'error',
    DATA_KEYS: 'security',
    WORKLOAD_IDENTITY: 'istio',
    TRUST_DOMAIN: trustDomain,
    EDGE_PROXY_HOPS: '0',
  };
  for (const { name, ports } of deployments) {
    const upper = name.toUpperCase();
    for (const port of ports) {
      environment[name === EDGE ? `${upper}_${port.name.toUpperCase()}_PORT` : `${upper}_PORT`] = String(port.number);
    }
    if (name !== EDGE) environment[`${upper}_ADDRESS`] = placeOf(name);
  }
  for (const [name, { runtimeUrl }] of databases) {
    environment[`${name.toUpperCase()}_DATABASE_URL`] = await fromPods(runtimeUrl);
  }
  Object.assign(environment, more);
  for (const name of OUTSIDE) {
    const url = environment[name];
    if (url) environment[name] = await fromPods(url);
  }
  return environment;
}

/** Passes connections on. */
export function forward(from: Place, to: Place): Promise<Listening> {
  const server = createServer((socket) => {
    const onward = connect(to);
    socket.on('error', () => onward.destroy()).once('close', () => onward.destroy());
    onward.on('error', () => socket.destroy()).once('close', () => socket.destroy());
    socket.pipe(onward).pipe(socket);
  });
  return listening(server, from);
}
