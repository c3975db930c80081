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

/** A random free port below the kernel's own range, for servers that live as long as a test. */
export async function randomFreePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = randomInt(20_000, FIRST_EPHEMERAL_PORT);
    if (await isFree(port)) return port;
  }
  throw new Error('No port is free between 20000 and 32768.');
}
