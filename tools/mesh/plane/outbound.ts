// The way out of a pod: its program speaks plainly to its sidecar, which speaks mTLS with whom the manifests name, and with nobody
// else. And a gateway, which does the same for those outside.
import { createServer } from 'node:http';
import http2 from 'node:http2';
import { Agent } from 'node:https';
import { connect, type PeerCertificate } from 'node:tls';
import { uriOf } from '#chassis/spiffe.ts';
import { passHttp } from './http.ts';
import {
  type Listening,
  listening,
  type Place,
  type Resolve,
  type Sessions,
  type Shown,
  sessionsTo,
} from './listening.ts';
import { type InboundPort, type Plan, type Route, routeOf } from './plan.ts';
import { answer, bodyOf, type Failure, type Headers, passOn, UNAVAILABLE, UNIMPLEMENTED } from './relay.ts';

/** Where something listens, and how it finds whom it calls. */
export interface WayOut {
  readonly listen: Place;
  readonly resolve: Resolve;
}

/** Opens the way out for a pod's program, which speaks HTTP/2. */
export function listenOutbound(plan: Plan, shown: Shown, { listen, resolve }: WayOut): Promise<Listening> {
  const all = new Map<string, Sessions>();
  const sessionsOf = (route: Route) => {
    const key = `${route.host}:${route.port}`;
    const found = all.get(key) ?? sessionsTo(() => open(route, shown, resolve));
    all.set(key, found);
    return found;
  };
  // Whoever is called next is shown the newest certificate; calls under way go on.
  shown.onChange(() => {
    for (const sessions of all.values()) sessions.renew();
  });
  const server = http2.createServer();
  server.on('stream', (stream: http2.ServerHttp2Stream, headers: Headers) => {
    stream.on('error', () => undefined);
    const route = routeOf(plan, headers[':authority'] ?? '', headers[':path'] ?? '');
    if (!route) answer(stream, headers, 404, UNIMPLEMENTED, 'no route');
    else void passOut(stream, headers, route, sessionsOf(route));
  });
  return listening(server, listen, () => {
    for (const sessions of all.values()) sessions.close();
  });
}

/** Opens a gateway to the one place that it has a route to. The TLS on its outside, and host names, are not here. */
export function listenGateway(
  plan: Plan,
  shown: Shown,
  { listen, resolve, host, port }: WayOut & { host: string; port: InboundPort },
): Promise<Listening> {
  const route = routeOf(plan, `${host}:${port.number}`, '/');
  if (!route) throw new Error(`${plan.id} has no route to ${host}:${port.number}`);
  if (port.protocol === 'grpc') {
    const sessions = sessionsTo(() => open(route, shown, resolve));
    const server = http2.createServer();
    server.on('stream', (stream: http2.ServerHttp2Stream, headers: Headers) => {
      stream.on('error', () => undefined);
      void passOut(stream, headers, route, sessions);
    });
    return listening(server, listen, sessions.close);
  }
  const agent = new Agent({ keepAlive: true });
  const server = createServer((request, response) =>
    passHttp(request, response, {
      ...resolve(route.host, route.port),
      secured: { ...secured(route, shown), agent },
    }),
  );
  return listening(server, listen, () => agent.destroy());
}

async function passOut(
  stream: http2.ServerHttp2Stream,
  headers: Headers,
  route: Route,
  sessions: Sessions,
): Promise<void> {
  // What may be made again has to be kept.
  const body = route.attempts > 0 ? await bodyOf(stream) : undefined;
  let failed: Failure | undefined;
  for (let attempt = 0; attempt <= route.attempts; attempt += 1) {
    failed = (await sessions.ready()) ? await passOn(sessions.get(), stream, headers, body) : 'connect-failure';
    if (failed === undefined) return;
    if (!route.retryOn.includes(failed)) break;
  }
  answer(stream, headers, 503, UNAVAILABLE, `upstream: ${failed}`);
}

function open(route: Route, shown: Shown, resolve: Resolve): http2.ClientHttp2Session {
  return http2.connect(`https://${route.host}:${route.port}`, {
    createConnection: () =>
      connect({ ...secured(route, shown), ...resolve(route.host, route.port), ALPNProtocols: ['h2'] }),
  });
}

/** What is shown to the server of a route, and who that has to be. */
function secured({ serverId }: Route, shown: Shown) {
  return {
    ...shown.current(),
    servername: 'workload',
    checkServerIdentity: (_: string, { subjectaltname }: PeerCertificate) => {
      const named = uriOf(subjectaltname);
      return named === serverId ? undefined : new Error(`the server is ${named ?? 'nobody'}, not ${serverId}`);
    },
  };
}
