// A line between two services that a test cuts in one direction: the other side hears, and is not heard, or the other way round.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A line to a service that can be cut in one direction: what is sent from then on waits for ever. */
export interface OneWayLine {
  readonly address: string;
  cut(direction: 'requests' | 'answers' | undefined): void;
  close(): void;
}

/** Lays a line to `host:port`. */
export async function layLine(to: string): Promise<OneWayLine> {
  const [host = '', port = ''] = to.split(':');
  const sockets = new Set<Socket>();
  let dropped: 'requests' | 'answers' | undefined;
  const server = createServer((near) => {
    const far = connect(Number(port), host);
    near.on('data', (bytes) => dropped !== 'requests' && far.write(bytes));
    far.on('data', (bytes) => dropped !== 'answers' && near.write(bytes));
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('close', () => other.destroy()).on('error', () => other.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: (direction) => {
      dropped = direction;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
