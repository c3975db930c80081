// The whole bank in pods: each service and the edge as a process of its own in a network of its own, behind a sidecar that does what
// the manifests say; and beside them a pod for other workloads, and for each gateway.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TlsMaterial } from '#chassis/certificates.ts';
import type { ServiceName } from '#chassis/services.ts';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import type { Workload } from '#gen/bank/rules.ts';
import { services } from '../../../services/_testbed/services.ts';
import { type Authority, issue, openAuthorities } from '../../platform/development-ca.ts';
import { checkoutRoot } from '../../platform/paths.ts';
import type { World } from '../lint/world.ts';
import { GATEWAYS, hostOf } from '../places.ts';
import { deployments } from '../workloads.ts';
import type { Ended } from './calls.ts';
import { type Front, openFront } from './front.ts';
import { makeNetworks, type Networks } from './namespaces.ts';
import { type Asked, type Command, commander, type Places } from './orders.ts';
import type { Plan } from './plan.ts';
import { environmentOf, forward, type Stop } from './pod-environment.ts';
import { developmentWorld, GATEWAY_PORT, gatewayOf, type Pod, podNamed, podsOf, SECOND } from './pod-list.ts';

const HERE = path.join(checkoutRoot(), 'tools/mesh/plane');

/** Pods, each with its sidecar, and in them a bank. */
export interface PodBank {
  /** By the name of a gateway, the port of the loopback at which those outside come to it. */
  readonly gateways: ReadonlyMap<string, number>;
  /** Where those outside come who do not choose their gateway. */
  readonly front: Front;
  /** Whose certificates count at first. It is stored where `identities` says. */
  readonly authority: Authority;
  readonly identities: string;
  addressOf(pod: string): string;
  /** Calls from a pod, as its program would. */
  call(pod: string, asked: readonly Asked[]): Promise<readonly (Ended | string)[]>;
  /** Orders the sidecar of a pod. */
  sidecar(pod: string): Command;
  /** Tells all sidecars that a service is answered by another pod from now on. */
  move(service: string, pod: string): Promise<void>;
  /** Gives every pod a certificate by another authority; whose certificates count from now on, `roots` says. */
  certify(by: Authority, roots: readonly Authority[]): Promise<void>;
  /** Starts the programs of a bank on databases of their own, with what it is told beside; another bank that was there has ended. */
  begin(environment: NodeJS.ProcessEnv): Promise<void>;
  /** What the programs were told. */
  environment(): NodeJS.ProcessEnv;
  databases(): ReadonlyMap<ServiceName, TestDatabase>;
  /** Starts the program of a pod, of which one stands by. */
  startProgram(pod: string): Promise<void>;
  /** Ends the program of a pod as Kubernetes does, when nobody comes to it any more: answers its exit code. */
  endProgram(pod: string): Promise<number | null>;
  /** What the programs wrote. */
  written(): string;
  stop(): Promise<void>;
}

/** Makes pods by the manifests of an overlay; `others`: workloads that nothing runs as, which have a pod all the same. */
export async function startPods(overlay: string, others: readonly Workload[]): Promise<PodBank> {
  const stops: Stop[] = [];
  const stop = () => stopAll(stops);
  try {
    return { ...(await startAll(overlay, others, stops)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function stopAll(stops: Stop[]): Promise<void> {
  for (const one of stops.splice(0).toReversed()) await one();
}

async function startAll(overlay: string, others: readonly Workload[], stops: Stop[]): Promise<Omit<PodBank, 'stop'>> {
  const world = developmentWorld(overlay);
  const pods = podsOf(world, others);
  const networks = await makeNetworks(pods, new Map(deployments.map(({ name }) => [hostOf(name), name])));
  stops.push(networks.remove);
  const processes = processesIn(networks, stops);
  const sidecars = await startSidecars(pods, networks, processes, stops);
  const gateways = await openGateways(networks, stops);
  const front = await openFront(gateways);
  stops.push(front.close);
  const callers = new Map<string, Command>();
  return {
    ...sidecars,
    ...banksIn({ world, pods, networks, processes, sidecars, front }, stops),
    gateways,
    front,
    addressOf: networks.addressOf,
    call(pod, asked) {
      const made = () => commander(processes.run(pod, path.join(HERE, 'caller-program.ts')), `a caller in ${pod}`);
      const caller = callers.get(pod) ?? made();
      callers.set(pod, caller);
      return caller('call', asked);
    },
    written: processes.written,
  };
}

interface Means {
  readonly world: World;
  readonly pods: readonly Pod[];
  readonly networks: Networks;
  readonly processes: Processes;
  readonly sidecars: Sidecars;
  readonly front: Front;
}

type Banks = Pick<PodBank, 'begin' | 'environment' | 'databases' | 'startProgram' | 'endProgram'>;

/** One bank after the other, in the same pods. */
function banksIn({ world, pods, networks, processes, sidecars, front }: Means, stops: Stop[]): Banks {
  let environment: NodeJS.ProcessEnv = {};
  let databases: ReadonlyMap<ServiceName, TestDatabase> = new Map();
  const own: Stop[] = [];
  stops.push(() => stopAll(own));
  const programs = programsOf(pods, processes, sidecars, () => environment);
  return {
    ...programs,
    async begin(more) {
      await stopAll(own);
      own.push(async () => Promise.all([...databases.values()].map((database) => database.drop())));
      databases = new Map(
        await Promise.all(services.map(async (one) => [one.name, await cloneDatabase(one)] as const)),
      );
      // In production nothing without TLS is a public URL, and whoever stands in front is not told.
      const isProduction = more['BANK_ENVIRONMENT'] === 'production';
      const urls = `${front.url},http://127.0.0.1:${front.grpcPort}`;
      const told = { ...(!isProduction && { EDGE_PUBLIC_URLS: urls }), ...more };
      environment = await environmentOf(world, networks, databases, told, own);
      await sidecars.move('transaction', 'transaction');
      own.push(programs.killPrograms);
      const first = pods.filter(({ name, program }) => program !== undefined && name !== SECOND);
      await Promise.all(first.map(({ name }) => programs.startProgram(name)));
    },
    environment: () => environment,
    databases: () => databases,
  };
}

interface Processes {
  run(pod: string, program: string, environment?: NodeJS.ProcessEnv): ChildProcess;
  written(): string;
}

function processesIn(networks: Networks, stops: Stop[]): Processes {
  let written = '';
  return {
    run(pod, program, environment = {}) {
      const child = startIn(networks, pod, program, environment);
      for (const stream of [child.stdout, child.stderr]) {
        stream?.setEncoding('utf8').on('data', (text: string) => {
          written += `${pod}: ${text}`;
        });
      }
      stops.push(() => end(child, 'SIGKILL'));
      return child;
    },
    written: () => written,
  };
}

type Sidecars = Pick<PodBank, 'authority' | 'identities' | 'sidecar' | 'move' | 'certify'>;

async function startSidecars(
  pods: readonly Pod[],
  networks: Networks,
  { run }: Processes,
  stops: Stop[],
): Promise<Sidecars> {
  const identities = await mkdtemp(path.join(tmpdir(), 'corebank-mesh-'));
  stops.push(() => rm(identities, { recursive: true, force: true }));
  const [authority] = await openAuthorities(identities);
  if (!authority) throw new Error('there is no authority');
  let places: Places = Object.fromEntries(deployments.map(({ name }) => [hostOf(name), networks.addressOf(name)]));
  const commands = new Map<string, Command>();
  for (const { name, plan } of pods) {
    if (plan) commands.set(name, commander(run(name, path.join(HERE, 'sidecar-program.ts')), `the sidecar of ${name}`));
  }
  const sidecar = (pod: string) => found(commands, pod);
  const every = (work: (command: Command, plan: Plan, name: string) => Promise<unknown>) =>
    Promise.all(pods.map(async ({ name, plan }) => plan && work(sidecar(name), plan, name)));
  await every(async (command, plan, name) => {
    const gateway = gatewayOf(name);
    const material = await certificate(plan.id, authority, [authority]);
    return command('start', { plan, material, places, ...(gateway && { gateway }) });
  });
  return {
    authority,
    identities,
    sidecar,
    async move(service, pod) {
      places = { ...places, [hostOf(service)]: networks.addressOf(pod) };
      await every((command) => command('places', places));
    },
    certify: async (by, roots) =>
      void (await every(async (command, plan) => command('certificates', await certificate(plan.id, by, roots)))),
  };
}

interface Programs extends Pick<PodBank, 'startProgram' | 'endProgram'> {
  killPrograms(): Promise<void>;
}

function programsOf(
  pods: readonly Pod[],
  { run, written }: Processes,
  { sidecar }: Sidecars,
  environment: () => NodeJS.ProcessEnv,
): Programs {
  const started = new Map<string, ChildProcess>();
  return {
    async startProgram(pod) {
      const { program = '', ports } = podNamed(pods, pod);
      const child = run(pod, path.join(checkoutRoot(), `services/${program}/main.ts`), environment());
      started.set(pod, child);
      const failed = once(child, 'exit').then(() => {
        throw new Error(`${pod} does not start:\n${written()}`);
      });
      failed.catch(() => undefined);
      await Promise.race([Promise.all(ports.map(({ number }) => sidecar(pod)('until', number))), failed]);
    },
    async endProgram(pod) {
      await sidecar(pod)('deserted', undefined);
      return end(found(started, pod), 'SIGTERM');
    },
    async killPrograms() {
      await Promise.all([...started.values()].map((child) => end(child, 'SIGKILL')));
      started.clear();
    },
  };
}

async function openGateways(networks: Networks, stops: Stop[]): Promise<ReadonlyMap<string, number>> {
  const gateways = new Map<string, number>();
  for (const { name } of GATEWAYS) {
    const to = { host: networks.addressOf(`gateway-${name}`), port: GATEWAY_PORT };
    const opened = await forward({ host: '127.0.0.1', port: 0 }, to);
    stops.push(opened.close);
    gateways.set(name, opened.port);
  }
  return gateways;
}

function startIn(networks: Networks, pod: string, program: string, more: NodeJS.ProcessEnv): ChildProcess {
  const [command, ...args] = networks.inside(pod, [process.execPath, program]);
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  return spawn(command, args, {
    cwd: checkoutRoot(),
    env: { PATH, NODE_COMPILE_CACHE, ...more },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
  return child.exitCode;
}

async function certificate(id: string, by: Authority, roots: readonly Authority[]): Promise<TlsMaterial> {
  const { cert, key } = await issue(by, id);
  return { cert, key, ca: roots.map(({ certificate: root }) => root.toString('pem')), minVersion: 'TLSv1.3' };
}

function found<K, V>(all: ReadonlyMap<K, V>, key: K): V {
  const value = all.get(key);
  if (value === undefined) throw new Error(`there is no ${String(key)}`);
  return value;
}
