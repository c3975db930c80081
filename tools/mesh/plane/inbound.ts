// The door of a pod: mTLS on the outside, its own program on the inside, and the policies between. It stands in for Envoy in
// tests, so that what the manifests say can be tried on real connections.
import http2 from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { uriOf } from '#chassis/spiffe.ts';
import { XFCC } from '#chassis/xfcc.ts';
import type { Call } from '../rbac/evaluate.ts';
import { passHttp, refuseHttp } from './http.ts';
import { type Listening, listening, type Place, type Sessions, type Shown, sessionsTo } from './listening.ts';
import { allows, type InboundPort, type Plan } from './plan.ts';
import { answer, type Headers, PERMISSION_DENIED, passOn, UNAVAILABLE } from './relay.ts';

/** As Envoy says it. */
export const DENIED = 'RBAC: access denied';

/** What a pod's door needs: where it listens, where its program does, and which answers are to be lost on their way out. */
export interface Door {
  readonly listen: Place;
  readonly program: Place;
  loses?(path: string): boolean;
}

/** Opens the door of a pod at one of its ports: who is nobody, and whom no policy lets in, does not come to the program. */
export function listenInbound(plan: Plan, shown: Shown, port: InboundPort, door: Door): Promise<Listening> {
  return port.protocol === 'http' ? httpDoor(plan, shown, port, door) : grpcDoor(plan, shown, port, door);
}

function grpcDoor(plan: Plan, shown: Shown, { number }: InboundPort, door: Door): Promise<Listening> {
  const server = http2.createSecureServer({ ...shown.current(), requestCert: true, rejectUnauthorized: true });
  shown.onChange((material) => server.setSecureContext(material));
  const inside = sessionsTo(() => http2.connect(`http://${door.program.host}:${door.program.port}`));
  server.on('stream', (stream: http2.ServerHttp2Stream, headers: Headers) => {
    stream.on('error', () => undefined);
    const socket = stream.session?.socket as TLSSocket | undefined;
    const peer = socket && peerOf(socket);
    const call = { ...callOf(headers, number, peer), remoteIp: socket?.remoteAddress ?? '' };
    if (!allows(plan, call)) answer(stream, headers, 403, PERMISSION_DENIED, DENIED);
    else void passIn(stream, { ...headers, [XFCC]: vouched(headers, plan.id, peer) }, inside, door);
  });
  return listening(server, door.listen, inside.close);
}

async function passIn(stream: http2.ServerHttp2Stream, headers: Headers, inside: Sessions, door: Door): Promise<void> {
  if (door.loses?.(headers[':path'] ?? '')) {
    await lose(inside.get(), stream, headers);
    answer(stream, headers, 503, UNAVAILABLE, 'the answer was lost');
    return;
  }
  const failed = await passOn(inside.get(), stream, headers);
  if (failed) answer(stream, headers, 503, UNAVAILABLE, `upstream: ${failed}`);
}

/** The program does what it is asked, and what it answers first comes to nobody: it is done, and its caller does not know. */
function lose(session: http2.ClientHttp2Session, stream: http2.ServerHttp2Stream, headers: Headers): Promise<void> {
  return new Promise((resolve) => {
    const onward = session.request(headers, { endStream: false });
    onward.on('error', () => undefined).once('close', () => resolve());
    onward.once('data', () => onward.close());
    stream.pipe(onward);
  });
}

function httpDoor(plan: Plan, shown: Shown, { number }: InboundPort, door: Door): Promise<Listening> {
  const options = { ...shown.current(), requestCert: true, rejectUnauthorized: true };
  const server = createHttpsServer(options, (request, response) => {
    const socket = request.socket as TLSSocket;
    const peer = peerOf(socket);
    const { host = '', ...headers } = request.headers;
    const pseudo = { ':path': request.url ?? '', ':method': request.method ?? '', ':authority': host };
    const call = { ...callOf({ ...headers, ...pseudo }, number, peer), remoteIp: socket.remoteAddress ?? '' };
    if (!allows(plan, call)) refuseHttp(response, 403, DENIED);
    else passHttp(request, response, { ...door.program, headers: { [XFCC]: vouched(headers, plan.id, peer) } });
  });
  shown.onChange((material) => server.setSecureContext(material));
  return listening(server, door.listen);
}

function callOf(headers: Headers, destinationPort: number, peer: string | undefined): Omit<Call, 'remoteIp'> {
  const { ':path': path = '', ':method': method = '', ':authority': authority = '' } = headers;
  const plain = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith(':') || value === undefined ? [] : [[name, String(value)]],
  );
  return { path, method, authority, headers: Object.fromEntries(plain), peer, destinationIp: '', destinationPort };
}

const peers = new WeakMap<TLSSocket, string | undefined>();

/** The id in the certificate of a connection, which does not change. */
function peerOf(socket: TLSSocket): string | undefined {
  if (!peers.has(socket)) peers.set(socket, uriOf(socket.getPeerCertificate().subjectaltname));
  return peers.get(socket);
}

/** What the program is told of its caller, after what hops before have claimed (Envoy: APPEND_FORWARD, as Istio sets it). */
function vouched(headers: Headers, own: string, peer: string | undefined): string {
  const before = headers[XFCC];
  const element = `By=${own};Subject="";URI=${peer ?? ''}`;
  return before === undefined ? element : `${String(before)},${element}`;
}
