// Servers and connections of sidecars: where they listen, what they show, and how they are closed again.
import type http2 from 'node:http2';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { TlsMaterial } from '#chassis/certificates.ts';

/** What a sidecar shows, which changes while it runs. */
export interface Shown {
  current(): TlsMaterial;
  onChange(changed: (material: TlsMaterial) => void): void;
}

/** Where something listens. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/** Where a host is, which in a cluster DNS and the network say. */
export type Resolve = (host: string, port: number) => Place;

/** A server, and all that it holds open. */
export interface Listening {
  readonly port: number;
  /** How many are there. */
  connected(): number;
  /** Cuts whoever is there; who comes again is taken. */
  cut(): void;
  /** Takes nobody any more, and cuts whoever is there. */
  close(): Promise<void>;
}

/** Listens, port 0 at one that the kernel chooses. */
export function listening(server: Server, place: Place, closeBeside: () => void = () => undefined): Promise<Listening> {
  const sockets = new Set<Socket>();
  // Of a TLS server these are the connections below: with them end those that never came so far as to be any.
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
  });
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(place, () =>
      resolve({
        port: (server.address() as AddressInfo).port,
        connected: () => sockets.size,
        cut,
        close: () =>
          new Promise((closed) => {
            closeBeside();
            server.close(() => closed());
            cut();
          }),
      }),
    );
  });
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

/** A session to one server, opened when it is needed and again when it has ended. */
export interface Sessions {
  get(): http2.ClientHttp2Session;
  /** Waits until there is one. False when the server cannot be reached, or is somebody else. */
  ready(): Promise<boolean>;
  /** The next call has a new one; calls under way go on. */
  renew(): void;
  close(): void;
}

/** Keeps a session open. */
export function sessionsTo(open: () => http2.ClientHttp2Session): Sessions {
  let session: http2.ClientHttp2Session | undefined;
  let connecting: { readonly session: http2.ClientHttp2Session; readonly done: Promise<boolean> } | undefined;
  const get = () => {
    if (session && !session.closed && !session.destroyed) return session;
    session = open();
    session.on('error', () => undefined);
    return session;
  };
  return {
    get,
    ready() {
      const opened = get();
      if (!opened.connecting) return Promise.resolve(!opened.destroyed);
      if (connecting?.session !== opened) connecting = { session: opened, done: connected(opened) };
      return connecting.done;
    },
    renew() {
      session?.close();
      session = undefined;
    },
    close: () => session?.destroy(),
  };
}

function connected(session: http2.ClientHttp2Session): Promise<boolean> {
  return new Promise((resolve) => {
    session.once('connect', () => resolve(true)).once('close', () => resolve(false));
  });
}
