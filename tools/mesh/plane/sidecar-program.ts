// A sidecar as a process in the network of its pod.
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TlsMaterial } from '#chassis/certificates.ts';
import { listenInbound } from './inbound.ts';
import { forward, type Listening, type Resolve } from './listening.ts';
import { INBOUND_PORT, OUTBOUND_PORT, SIDECAR_USER } from './network-ports.ts';
import { type Orders, obey, type Places, type Targets } from './orders.ts';
import { listenGateway, listenOutbound } from './outbound.ts';

const ANYWHERE = '0.0.0.0';
const INSIDE = '127.0.0.1';
const POLL_MS = 25;

let material: TlsMaterial = { minVersion: 'TLSv1.3' };
let places: Places = {};
let targets: Targets = {};
const changed: ((material: TlsMaterial) => void)[] = [];
const shown = {
  current: () => material,
  onChange: (listener: (material: TlsMaterial) => void) => void changed.push(listener),
};
const doors: Listening[] = [];
const ways = new Map<number, Promise<Listening>>();
const toLose = new Map<string, number>();
const counts = new Map<string, number>();

const resolve: Resolve = (host, port) => {
  const [address = '', detour] = (places[host] ?? '0.0.0.0').split(':');
  return { host: address, port: Number(detour ?? port) };
};

const targetOf = (port: number) => targets[port] ?? port;

/** Counts every call that gets in, and says which answers are to be lost. */
function loses(path: string): boolean {
  counts.set(path, (counts.get(path) ?? 0) + 1);
  const left = toLose.get(path) ?? 0;
  if (left > 0) toLose.set(path, left - 1);
  return left > 0;
}

async function start({ plan, gateway, ...told }: Orders['start']['ask']): Promise<true> {
  ({ material, places, targets = {} } = told);
  if (gateway) {
    await listenGateway(plan, shown, { ...gateway, listen: { host: ANYWHERE, port: gateway.listen }, resolve });
  } else {
    for (const [index, port] of plan.inbound.entries()) {
      const listen = { host: ANYWHERE, port: INBOUND_PORT + index };
      doors.push(
        await listenInbound(plan, shown, port, {
          listen,
          program: { host: INSIDE, port: targetOf(port.number) },
          loses,
        }),
      );
    }
    await listenOutbound(plan, shown, { listen: { host: INSIDE, port: OUTBOUND_PORT }, resolve });
  }
  // From here on what it sends is its own, and not its program's.
  process.setgid?.(SIDECAR_USER);
  process.setuid?.(SIDECAR_USER);
  return true;
}

obey({
  start,
  async certificates(next) {
    material = next;
    for (const listener of changed) listener(next);
    return true;
  },
  async places(next) {
    places = next;
    // Whoever is called from now on is called there.
    for (const listener of changed) listener(material);
    return true;
  },
  async reach({ port, to }) {
    const reached = ways.get(port) ?? forward({ host: INSIDE, port }, to);
    ways.set(port, reached);
    await reached;
    return true;
  },
  async lose({ path, times }) {
    toLose.set(path, times);
    return true;
  },
  async cut() {
    for (const door of doors) door.cut();
    return true;
  },
  async deserted() {
    while (doors.some((door) => door.connected() > 0)) await sleep(POLL_MS);
    return true;
  },
  count: async (path) => counts.get(path) ?? 0,
  async until(port) {
    while (!(await accepts(targetOf(port)))) await sleep(POLL_MS);
    return true;
  },
});

function accepts(port: number): Promise<boolean> {
  return new Promise((settle) => {
    const socket = connect({ port, host: INSIDE });
    socket.once('connect', () => settle(true)).once('error', () => settle(false));
    socket.once('connect', () => socket.destroy());
  });
}
