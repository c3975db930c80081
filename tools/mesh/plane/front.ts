// Whoever comes from outside, as tests do: by one address for HTTP and one for gRPC, from which each call goes to the gateway that leads
// to what it asks for, as an app of the bank goes to the gateway of its users. By gRPC itself only partners are let in; what
// others ask for by it is made gRPC-Web of, which is what their apps speak.
import { createServer, type IncomingMessage, request as send } from 'node:http';
import http2 from 'node:http2';
import { pathsFor } from '../authorization.ts';
import { passHttp } from './http.ts';
import { listening, sessionsTo } from './listening.ts';
import { answer, type Headers, PERMISSION_DENIED, passOn, UNAVAILABLE } from './relay.ts';

/** The two addresses, as an edge that stands outside would have them. */
export interface Front {
  readonly url: string;
  readonly httpPort: number;
  readonly grpcPort: number;
  close(): Promise<void>;
}

const HERE = '127.0.0.1';
const FRAME_HEAD = 5;
const TRAILERS = 0x80;
const NOT_PASSED = ['te', 'content-type', 'content-length', 'host', 'connection', 'transfer-encoding', 'keep-alive'];

/** Opens both. `gateways`: their ports on the loopback, by name. */
export async function openFront(gateways: ReadonlyMap<string, number>): Promise<Front> {
  const office = new Set(pathsFor(['STAFF']));
  const open = new Set(pathsFor(['PUBLIC', 'CHANNEL']));
  const partners = new Set(pathsFor(['PARTNER']));
  const port = (gateway: string) => gateways.get(gateway) ?? 0;
  const webPort = (path: string) => port(office.has(path) && !open.has(path) ? 'back-office' : 'public');
  const web = createServer((request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    passHttp(request, response, { host: HERE, port: webPort(path) });
  });
  const sessions = sessionsTo(() => http2.connect(`http://${HERE}:${port('partners')}`));
  const server = http2.createServer();
  server.on('stream', (stream: http2.ServerHttp2Stream, headers: Headers) => {
    stream.on('error', () => undefined);
    const path = headers[':path'] ?? '';
    if (!partners.has(path)) return passAsWeb(stream, headers, webPort(path));
    void passOn(sessions.get(), stream, headers).then((failed) => {
      if (failed) answer(stream, headers, 503, UNAVAILABLE, `upstream: ${failed}`);
    });
  });
  const [http, grpc] = [
    await listening(web, { host: HERE, port: 0 }),
    await listening(server, { host: HERE, port: 0 }, sessions.close),
  ];
  return {
    url: `http://${HERE}:${http.port}`,
    httpPort: http.port,
    grpcPort: grpc.port,
    close: async () => void (await Promise.all([http.close(), grpc.close()])),
  };
}

function passAsWeb(stream: http2.ServerHttp2Stream, headers: Headers, port: number): void {
  const onward = send({
    host: HERE,
    port,
    method: 'POST',
    path: headers[':path'],
    headers: { ...plain(headers), host: headers[':authority'], 'content-type': 'application/grpc-web+proto' },
  });
  onward.once('response', (response) => {
    if (response.statusCode === 200) passBack(response, stream);
    else answer(stream, headers, response.statusCode ?? 502, PERMISSION_DENIED, `HTTP ${response.statusCode}`);
  });
  onward.once('error', () => answer(stream, headers, 503, UNAVAILABLE, 'upstream connect error'));
  // Who gives up gives up for all who are behind.
  stream.once('close', () => onward.destroy());
  stream.pipe(onward);
}

/** The last frame of gRPC-Web is the trailers. */
function passBack(response: IncomingMessage, stream: http2.ServerHttp2Stream): void {
  if (stream.destroyed) return;
  let trailers: http2.OutgoingHttpHeaders = {};
  let waiting: Buffer = Buffer.alloc(0);
  stream.respond({ ...plain(response.headers), 'content-type': 'application/grpc+proto' }, { waitForTrailers: true });
  stream.once('wantTrailers', () => stream.sendTrailers(trailers));
  response.on('data', (chunk: Buffer) => {
    waiting = Buffer.concat([waiting, chunk]);
    for (let frame = firstOf(waiting); frame; frame = firstOf(waiting)) {
      waiting = waiting.subarray(frame.length);
      if (((frame[0] ?? 0) & TRAILERS) === 0) stream.write(frame);
      else trailers = trailersIn(frame.subarray(FRAME_HEAD).toString());
    }
  });
  response.once('end', () => stream.end()).once('error', () => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR));
}

function firstOf(bytes: Buffer): Buffer | undefined {
  if (bytes.length < FRAME_HEAD) return undefined;
  const length = FRAME_HEAD + bytes.readUInt32BE(1);
  return bytes.length < length ? undefined : bytes.subarray(0, length);
}

function trailersIn(text: string): http2.OutgoingHttpHeaders {
  const lines = text.split('\r\n').filter((line) => line !== '');
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
}

function plain(headers: Headers): http2.OutgoingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !name.startsWith(':') && !NOT_PASSED.includes(name)),
  );
}
