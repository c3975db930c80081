// Networks of pods: for each a namespace of the kernel with an address on one bridge, in which what its program sends and what is
// sent to it comes to its sidecar first, as Istio's CNI makes it.

import { randomInt } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { mustRun, processIdentity, run } from '../../platform/processes.ts';
import { INBOUND_PORT, OUTBOUND_PORT, SIDECAR_USER } from './network-ports.ts';
import type { InboundPort } from './plan.ts';

const OF_NAMESPACES = '/etc/netns';
/** `mesh<pid>-ledger`: whose owner is gone is nobody's. */
const PREFIX = 'mesh';

/** A pod to be: its name, and at which ports its program is called. Without a sidecar nothing comes between. */
export interface PodNetwork {
  readonly name: string;
  readonly ports: readonly InboundPort[];
  readonly hasSidecar: boolean;
}

/** A network of pods. */
export interface Networks {
  /** The address of whoever is outside of all pods, on their bridge. */
  readonly outside: string;
  addressOf(pod: string): string;
  /** The command that runs a program in a pod. */
  inside(pod: string, command: readonly string[]): [string, ...string[]];
  remove(): Promise<void>;
}

/** Why there can be no such network here; undefined where there can. */
export async function whyNoNamespaces(): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'it takes root, on Linux';
  for (const [program, version] of [
    ['ip', '-V'],
    ['nft', '-v'],
  ] as const) {
    if ((await run(program, [version])).code !== 0) return `there is no ${program}`;
  }
  const name = `${PREFIX}${process.pid}-try`;
  const tried = await run('sh', [
    '-ec',
    `ip netns add ${name}; ip netns exec ${name} nft list ruleset; ip netns del ${name}`,
  ]);
  return tried.code === 0 ? undefined : `the kernel lets nobody make any: ${tried.output.trim()}`;
}

/** Makes the networks of pods. `hosts`: names by pod, which all of them know. */
export async function makeNetworks(pods: readonly PodNetwork[], hosts: ReadonlyMap<string, string>): Promise<Networks> {
  await removeForsaken();
  const net = `10.${randomInt(64, 250)}.${randomInt(1, 250)}`;
  const bridge = `${PREFIX}${process.pid}`;
  const outside = `${net}.1`;
  const spaceOf = (pod: string) => `${PREFIX}${process.pid}-${pod}`;
  const addressOf = (pod: string) => {
    const index = pods.findIndex(({ name }) => name === pod);
    if (index < 0) throw new Error(`there is no pod ${pod}`);
    return `${net}.${index + 10}`;
  };
  const names = [...hosts].map(([host, pod]) => `${addressOf(pod)} ${host}`);
  for (const { name } of pods) {
    await mkdir(path.join(OF_NAMESPACES, spaceOf(name)), { recursive: true });
    await writeFile(path.join(OF_NAMESPACES, spaceOf(name), 'hosts'), `127.0.0.1 localhost\n${names.join('\n')}\n`);
  }
  const script = [
    `ip link add ${bridge} type bridge`,
    `ip addr add ${outside}/24 dev ${bridge}`,
    `ip link set ${bridge} up`,
    ...pods.flatMap(({ name, ports, hasSidecar }, index) => {
      const [space, link] = [spaceOf(name), `${bridge}v${index}`];
      return [
        `ip netns add ${space}`,
        `ip link add ${link} type veth peer name eth0 netns ${space}`,
        `ip link set ${link} master ${bridge} up`,
        `ip -n ${space} addr add ${addressOf(name)}/24 dev eth0`,
        `ip -n ${space} link set eth0 up`,
        `ip -n ${space} link set lo up`,
        ...(hasSidecar ? [`ip netns exec ${space} nft '${redirection(ports, outside)}'`] : []),
      ];
    }),
  ];
  const remove = () => removeOf(process.pid);
  await mustRun('The network of pods cannot be made', 'sh', ['-ec', script.join('\n')]).catch(
    async (error: unknown) => {
      await remove();
      throw error;
    },
  );
  return {
    outside,
    addressOf,
    inside: (pod, command) => ['ip', 'netns', 'exec', spaceOf(pod), ...command],
    remove,
  };
}

/** What comes for the program goes to the sidecar, and so does what the program sends: but for what is outside, which has none. */
function redirection(ports: readonly InboundPort[], outside: string): string {
  const inbound = ports.map(({ number }, index) => `tcp dport ${number} redirect to :${INBOUND_PORT + index}`);
  // Who calls its own service is not let past its own policy either.
  const toItself = inbound.map((rule) => `meta skuid ${SIDECAR_USER} oifname "lo" ip daddr != 127.0.0.0/8 ${rule}`);
  return [
    'table ip mesh {',
    `chain in { type nat hook prerouting priority -100; ${inbound.map((rule) => `${rule};`).join(' ')} }`,
    'chain out { type nat hook output priority -100',
    ...toItself,
    `meta skuid ${SIDECAR_USER} return`,
    `ip daddr { 127.0.0.0/8, ${outside} } return`,
    `meta l4proto tcp redirect to :${OUTBOUND_PORT}`,
    '}',
    '}',
  ].join('\n');
}

/** Those of processes that were killed. */
async function removeForsaken(): Promise<void> {
  const all = await mustRun('Namespaces cannot be listed', 'ip', ['netns', 'list']);
  const owners = [...all.matchAll(/^mesh(\d+)-/gm)].map(([, pid]) => Number(pid));
  for (const pid of new Set(owners)) {
    if (processIdentity(pid) === undefined) await removeOf(pid);
  }
}

async function removeOf(pid: number): Promise<void> {
  const all = await mustRun('Namespaces cannot be listed', 'ip', ['netns', 'list']);
  const own = all
    .split('\n')
    .flatMap((line) => (line.startsWith(`${PREFIX}${pid}-`) ? [line.split(' ')[0] ?? ''] : []));
  // What is left running in them goes with them.
  const ends = own.map((name) => `kill -9 $(ip netns pids ${name}) 2>/dev/null; ip netns del ${name}`);
  const script = [...ends, `ip link del ${PREFIX}${pid} 2>/dev/null`, 'true'];
  await mustRun('The network of pods cannot be removed', 'sh', ['-c', script.join('\n')]);
  for (const name of readdirSync(OF_NAMESPACES).filter((one) => one.startsWith(`${PREFIX}${pid}-`))) {
    await rm(path.join(OF_NAMESPACES, name), { recursive: true, force: true });
  }
}
