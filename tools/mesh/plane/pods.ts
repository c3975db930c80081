// The whole bank in pods: each service and the edge as a process of its own in a network of its own, behind a sidecar that does what
// the manifests say; and beside them a pod for other workloads, and for each gateway.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TlsMaterial } from '#chassis/certificates.ts';
import type { ServiceName } from '#chassis/services.ts';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import type { Workload } from '#gen/bank/rules.ts';
import type { ServiceProcess } from '../../../services/_testbed/service-process.ts';
import { type BankService, services } from '../../../services/_testbed/services.ts';
import { type Authority, issue, openAuthorities } from '../../platform/development-ca.ts';
import { checkoutRoot } from '../../platform/paths.ts';
import type { World } from '../lint/world.ts';
import { GATEWAYS, hostOf } from '../places.ts';
import { deploymentNamed, deployments, EDGE } from '../workloads.ts';
import type { Ended } from './calls.ts';
import { type Front, openFront } from './front.ts';
import { forward } from './listening.ts';
import { makeNetworks, type Networks } from './namespaces.ts';
import { type Asked, type Command, commander, type Places, type Targets } from './orders.ts';
import type { Plan } from './plan.ts';
import { environmentOf, type FromPods, partnerPorts, type Stop, toldInPods, waysOut } from './pod-environment.ts';
import { developmentWorld, GATEWAY_PORT, gatewayOf, type Pod, podsOf, secondOf } from './pod-list.ts';
import { type Processes, type Programs, processesIn, programsOf } from './programs.ts';

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
  /**
   * Starts the programs of a bank on databases of their own, with what it is told beside: all of them, or some. Another bank that was there
   * has ended.
   */
  begin(environment: NodeJS.ProcessEnv, some?: SomeOfBank): Promise<void>;
  /** Ends the bank, and removes what was made for it. */
  endBank(): Promise<void>;
  /** What the programs were told. */
  environment(): NodeJS.ProcessEnv;
  databases(): ReadonlyMap<ServiceName, TestDatabase>;
  /** Starts the program of a pod, of which one stands by. */
  startProgram(pod: string): Promise<void>;
  /** Ends the program of a pod as Kubernetes does, when nobody comes to it any more: answers its exit code. */
  endProgram(pod: string): Promise<number | undefined>;
  /**
   * Starts a service as tests start one as a process of its own: in its pod, or in its second one while it runs there. It is come to where
   * they have told it to listen; of what else is told there only what is not of the mesh counts, and where a service is that is not
   * where the bank has it.
   */
  startProcess(name: string, environment: NodeJS.ProcessEnv): Promise<ServiceProcess>;
  /** What the programs wrote. */
  written(): string;
  stop(): Promise<void>;
}

/** A bank that is not whole. */
export interface SomeOfBank {
  readonly services: readonly BankService[];
  readonly edge: boolean;
}

/** Which pods there are beside those of the manifests. */
export interface MorePods {
  /** The services that have two. */
  readonly doubled: readonly string[];
  /** Workloads that nothing runs as. */
  readonly others: readonly Workload[];
}

/** Makes pods by the manifests of an overlay, and more. */
export async function startPods(overlay: string, more: MorePods): Promise<PodBank> {
  const stops: Stop[] = [];
  const stop = () => stopAll(stops);
  try {
    return { ...(await startAll(overlay, more, stops)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function stopAll(stops: Stop[]): Promise<void> {
  for (const one of stops.splice(0).toReversed()) await one();
}

async function startAll(overlay: string, { doubled, others }: MorePods, stops: Stop[]): Promise<Omit<PodBank, 'stop'>> {
  const world = developmentWorld(overlay);
  const pods = podsOf(world, doubled, others);
  const networks = await makeNetworks(pods, new Map(deployments.map(({ name }) => [hostOf(name), name])));
  stops.push(networks.remove);
  const processes = processesIn(networks, stops);
  const gateways = await openGateways(networks, stops);
  const front = await openFront(gateways);
  stops.push(front.close);
  const sidecars = await startSidecars({ pods, networks, processes, front }, stops);
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

type Banks = Pick<
  PodBank,
  'begin' | 'endBank' | 'environment' | 'databases' | 'startProgram' | 'endProgram' | 'startProcess'
>;

/** One bank after the other, in the same pods. */
function banksIn({ world, pods, networks, processes, sidecars, front }: Means, stops: Stop[]): Banks {
  let environment: NodeJS.ProcessEnv = {};
  let databases: ReadonlyMap<ServiceName, TestDatabase> = new Map();
  const own: Stop[] = [];
  const endBank = () => stopAll(own);
  stops.push(endBank);
  const programs = programsOf(pods, processes, sidecars.sidecar);
  const fromPods = waysOut(networks, own);
  return {
    async begin(more, { services: chosen, edge } = { services, edge: true }) {
      await endBank();
      databases = new Map(await Promise.all(chosen.map(async (one) => [one.name, await cloneDatabase(one)] as const)));
      own.push(async () => {
        await Promise.all([...databases.values()].map((database) => database.drop()));
        databases = new Map();
      });
      environment = {
        ...(await environmentOf(world, databases, more, { fromPods, stops: own })),
        EDGE_HTTP_PORT: String(front.httpPort),
        EDGE_GRPC_PORT: String(front.grpcPort),
      };
      await sidecars.move('transaction', 'transaction');
      own.push(programs.kill);
      const names = [...chosen.map(({ name }) => name), ...(edge ? [EDGE] : [])];
      await Promise.all(names.map((name) => programs.start(name, environment)));
    },
    endBank,
    environment: () => environment,
    databases: () => databases,
    startProgram: async (pod) => void (await programs.start(pod, environment)),
    endProgram: programs.drain,
    startProcess: processStarter({ networks, sidecars, programs, fromPods }, own),
  };
}

interface Beside extends Pick<Means, 'networks' | 'sidecars'> {
  readonly programs: Programs;
  readonly fromPods: FromPods;
}

function processStarter({ networks, sidecars, programs, fromPods }: Beside, stops: Stop[]): Banks['startProcess'] {
  return async (name, given) => {
    const pod = programs.isRunning(name) ? secondOf(name) : name;
    const detours: Record<string, string> = {};
    for (const { name: other } of deployments.filter((one) => one.name !== EDGE && one.name !== name)) {
      const where = given[`${other.toUpperCase()}_ADDRESS`] ?? '';
      const way = await fromPods(where);
      if (way !== where) detours[hostOf(other)] = way;
    }
    await sidecars.lead(pod, detours);
    for (const port of partnerPorts(given)) {
      const [host = '', at] = (await fromPods(`127.0.0.1:${port}`)).split(':');
      await sidecars.sidecar(pod)('reach', { port, to: { host, port: Number(at) } });
    }
    const program = await programs.start(pod, await toldInPods(given, fromPods));
    const here = { host: '127.0.0.1', port: Number(given[`${name.toUpperCase()}_PORT`]) };
    const there = { host: networks.addressOf(pod), port: deploymentNamed(name).ports[0]?.number ?? 0 };
    const opened = await forward(here, there);
    stops.push(opened.close);
    return {
      pid: program.pid,
      port: here.port,
      output: program.output,
      async kill(signal = 'SIGKILL') {
        const code = await program.end(signal);
        await opened.close();
        return code;
      },
    };
  };
}

interface Sidecars extends Pick<PodBank, 'authority' | 'identities' | 'sidecar' | 'move' | 'certify'> {
  /** Tells the sidecar of a pod that some hosts are elsewhere; all others are where they are. */
  lead(pod: string, detours: Places): Promise<void>;
}

async function startSidecars(
  { pods, networks, processes: { run }, front }: Pick<Means, 'pods' | 'networks' | 'processes' | 'front'>,
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
    return command('start', {
      plan,
      material,
      places,
      ...(name === EDGE && { targets: targetsAt(front) }),
      ...(gateway && { gateway }),
    });
  });
  return {
    authority,
    identities,
    sidecar,
    async move(service, pod) {
      places = { ...places, [hostOf(service)]: networks.addressOf(pod) };
      await every((command) => command('places', places));
    },
    lead: async (pod, detours) => void (await sidecar(pod)('places', { ...places, ...detours })),
    certify: async (by, roots) =>
      void (await every(async (command, plan) => command('certificates', await certificate(plan.id, by, roots)))),
  };
}

/**
 * In its pod the edge listens at the ports of the loopback at which those outside find it, since what it takes for its own URL, where it is told
 * none, is that.
 */
function targetsAt({ httpPort, grpcPort }: Front): Targets {
  const { ports } = deploymentNamed(EDGE);
  return Object.fromEntries(ports.map(({ name, number }) => [number, name === 'http' ? httpPort : grpcPort]));
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

async function certificate(id: string, by: Authority, roots: readonly Authority[]): Promise<TlsMaterial> {
  const { cert, key } = await issue(by, id);
  return { cert, key, ca: roots.map(({ certificate: root }) => root.toString('pem')), minVersion: 'TLSv1.3' };
}

function found<K, V>(all: ReadonlyMap<K, V>, key: K): V {
  const value = all.get(key);
  if (value === undefined) throw new Error(`there is no ${String(key)}`);
  return value;
}
