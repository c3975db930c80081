// A line between two services that a test can hold or cut.

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A line to a service. */
export interface Line {
  /** Where the caller has to call. */
  readonly address: string;
  /** From now on nothing gets through, though the line stands. */
  hold(): void;
  /** Everything that was held back goes through, and the line is open again. */
  release(): void;
  /** Cuts every connection when so many more bytes have gone through, in the middle of whatever they are. */
  cutAfter(bytes: number): void;
  /** Cuts the line: those who call are turned away until it is mended. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** Opens a line to `host:port`. */
export async function openLine(target: string): Promise<Line> {
  const [host = '', port = ''] = target.split(':');
  const sockets = new Set<Socket>();
  let held = false;
  let broken = false;
  let left = Number.POSITIVE_INFINITY;
  const pass = (bytes: Buffer, to: Socket): void => {
    to.write(bytes.subarray(0, left));
    left -= bytes.length;
    if (left > 0) return;
    left = Number.POSITIVE_INFINITY;
    // What was passed on is to arrive before the end does.
    setImmediate(destroyAll);
  };
  const destroyAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((inbound) => {
    if (broken) return void inbound.destroy();
    const outbound = connect({ host, port: Number(port) });
    for (const [from, to] of [
      [inbound, outbound],
      [outbound, inbound],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes: Buffer) => pass(bytes, to));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      if (held) from.pause();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    address: `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    hold() {
      held = true;
      for (const socket of sockets) socket.pause();
    },
    release() {
      held = false;
      for (const socket of sockets) socket.resume();
    },
    cutAfter(bytes) {
      left = bytes;
    },
    cut() {
      broken = true;
      destroyAll();
    },
    mend() {
      broken = false;
    },
    async close() {
      destroyAll();
      server.close();
      await once(server, 'close');
    },
  };
}
