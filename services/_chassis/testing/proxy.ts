// A TCP proxy between a service and PostgreSQL that cuts a connection at a moment of the test's choice.

import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Where a statement is cut: before it reaches the server, or when the server has answered it. */
export type Moment = 'before' | 'after';

/** A proxy in front of a server. */
export interface CuttingProxy {
  /** The same database through the proxy. */
  url(databaseUrl: string): string;
  /** Cuts the connections of the next `times` statements that begin with `verb` (`begin`, `commit`), whoever sends them. */
  arm(verb: string, moment: Moment, times?: number): void;
  /** How often it has cut since it was armed last. */
  cuts(): number;
  /** Cuts every connection now. */
  cutAll(): void;
  close(): Promise<void>;
}

/** Starts a proxy to the PostgreSQL of a database URL. */
export async function cuttingProxy(databaseUrl: string): Promise<CuttingProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const armed = { verb: '', moment: 'before' as Moment, left: 0, cuts: 0 };

  const server: Server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    const cut = (): void => {
      armed.cuts += 1;
      near.destroy();
      far.destroy();
    };
    let cutsAtReply = false;
    near.on('data', (bytes: Buffer) => {
      if (armed.left > 0 && says(bytes, armed.verb)) {
        armed.left -= 1;
        if (armed.moment === 'before') return cut();
        cutsAtReply = true;
      }
      far.write(bytes);
    });
    far.on('data', (bytes) => {
      if (cutsAtReply) return cut();
      near.write(bytes);
    });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url(url) {
      const through = new URL(url);
      through.hostname = '127.0.0.1';
      through.port = String(port);
      return through.href;
    },
    arm(verb, moment, times = 1) {
      Object.assign(armed, { verb, moment, left: times, cuts: 0 });
    },
    cuts: () => armed.cuts,
    cutAll() {
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Whether a client's bytes hold a statement that begins with `verb`: a message Query or Parse of PostgreSQL's protocol. */
function says(bytes: Buffer, verb: string): boolean {
  const text = bytes.toString('latin1').toLowerCase();
  return text.startsWith(verb, 5) || text.startsWith(verb, 6) || text.includes(`\0${verb}`);
}
