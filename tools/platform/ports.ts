import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Ports from here up are handed out by the kernel to outgoing connections, which would steal one from a server. */
const FIRST_EPHEMERAL_PORT = 32_768;
const ATTEMPTS = 200;

/** Whether a server could listen on this port of the loopback interface now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** The first free port at or after `first`, always below the kernel's own range. */
export async function freePortFrom(first: number): Promise<number> {
  for (let port = first; port < Math.min(first + ATTEMPTS, FIRST_EPHEMERAL_PORT); port += 1) {
    if (await isFree(port)) return port;
  }
  throw new Error(`No port is free from ${first} on.`);
}

/**
 * Between the choice of a port and the start of its server another process could choose it too: each that runs tests chooses from ports of
 * its own, and none of them twice.
 */
const SLICES = 16;
const slice = Number(process.env['MOCHA_WORKER_ID'] ?? process.pid) % SLICES;
const chosen = new Set<number>();

/** A random free port below the kernel's own range, for servers that live as long as a test. */
export async function randomFreePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = randomInt(20_000 / SLICES, FIRST_EPHEMERAL_PORT / SLICES) * SLICES + slice;
    if (chosen.has(port)) continue;
    chosen.add(port);
    if (await isFree(port)) return port;
  }
  throw new Error('No port is free between 20000 and 32768.');
}
