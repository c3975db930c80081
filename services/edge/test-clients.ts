// For the tests of the edge: a client for each protocol, bare requests for hostile ones, and what an error says.
import { type ClientHttp2Session, connect as connectSession, constants } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import type { DescService } from '@bufbuild/protobuf';
import { fromBinary } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { type Client, ConnectError, createClient, type Interceptor, type Transport } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import { Code } from '#chassis/errors.ts';
import { DETAILS } from '#chassis/grpc.ts';
import { type ErrorDetail, ErrorDetailSchema } from '#gen/bank/type/v1/error_pb.ts';
import { StatusSchema } from '#gen/google/rpc/status_pb.ts';
import type { RunningEdge } from './service.ts';

/** Where an edge listens. */
type Edge = Pick<RunningEdge, 'httpPort' | 'grpcPort'>;

export const PROTOCOLS = ['Connect with JSON', 'Connect with binary', 'gRPC-Web', 'gRPC'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** A client of a service behind the edge, with a token or without. */
export function clientOf<S extends DescService>(edge: Edge, protocol: Protocol, service: S, token?: string): Client<S> {
  const authorize: Interceptor = (next) => (request) => {
    if (token !== undefined) request.header.set('authorization', `Bearer ${token}`);
    return next(request);
  };
  return createClient(service, transportOf(edge, protocol, [authorize]));
}

function transportOf(edge: Edge, protocol: Protocol, interceptors: Interceptor[]): Transport {
  const baseUrl = `http://127.0.0.1:${protocol === 'gRPC' ? edge.grpcPort : edge.httpPort}`;
  if (protocol === 'gRPC') return createGrpcTransport({ baseUrl, interceptors });
  if (protocol === 'gRPC-Web') return createGrpcWebTransport({ baseUrl, interceptors, httpVersion: '1.1' });
  const useBinaryFormat = protocol === 'Connect with binary';
  return createConnectTransport({ baseUrl, interceptors, httpVersion: '1.1', useBinaryFormat });
}

/** What an error says: its code by name, and the one detail of the bank that it must carry. */
export interface Told {
  readonly code: string;
  readonly reason: string;
  readonly message: string;
  readonly violations: readonly string[];
}

/** Waits for a call to be refused, and answers what its error says. */
export async function refusalOf(call: Promise<unknown>): Promise<Told> {
  const error = await call.then(
    () => new Error('the call was answered'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ConnectError)) throw error;
  return told(error.code, error.rawMessage, error.findDetails(ErrorDetailSchema));
}

function told(code: number, message: string, details: readonly ErrorDetail[]): Told {
  const [detail] = details;
  if (!detail || details.length > 1) throw new Error(`an error with ${details.length} details: ${code} ${message}`);
  const name = Object.entries(Code).find(([, value]) => value === code)?.[0] ?? String(code);
  return { code: name, reason: detail.reason, message, violations: detail.violations.map(({ field }) => field) };
}

/** Posts bytes to the HTTP port. */
export async function post(
  edge: RunningEdge,
  path: string,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Headers; text: string; bytes: Buffer }> {
  const response = await fetch(`http://127.0.0.1:${edge.httpPort}${path}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : new Uint8Array(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, text: bytes.toString(), bytes };
}

/** Reads a Connect error out of its JSON. */
export function toldInJson(text: string): Told {
  const { code, message, details } = JSON.parse(text) as {
    code: string;
    message: string;
    details: { type: string; value: string }[];
  };
  const read = details.map(({ value }) => fromBinary(ErrorDetailSchema, Buffer.from(value, 'base64')));
  return told(Code[code.toUpperCase() as keyof typeof Code], message, read);
}

/** Reads the error in the trailers of gRPC-Web: a frame of its own, or after a message. Nothing when the call went well. */
export function toldInTrailers(body: Buffer): Told | undefined {
  const text = body.toString('latin1');
  const details = /grpc-status-details-bin: (\S+)/.exec(text)?.[1];
  if (/grpc-status: 0\r/.test(text)) return undefined;
  if (!details) throw new Error(`no details in ${JSON.stringify(text)}`);
  return toldInStatus(details);
}

function toldInStatus(base64: string): Told {
  const { code, message, details } = fromBinary(StatusSchema, Buffer.from(base64, 'base64'));
  return told(
    code,
    message,
    details.flatMap((detail) => anyUnpack(detail, ErrorDetailSchema) ?? []),
  );
}

/** How a bare gRPC call ended: with an HTTP status that is not 200, with a status of gRPC, or cut. */
export interface BareEnd {
  readonly http?: number;
  readonly status?: number;
  readonly told?: Told;
}

/** Connections at rest, by port: to make one takes longer than most calls. Each has one call at a time. */
const resting = new Map<number, ClientHttp2Session[]>();

function sessionTo(port: number): ClientHttp2Session {
  const idle = resting.get(port) ?? [];
  resting.set(port, idle);
  let session = idle.pop();
  while (session?.closed || session?.destroyed) session = idle.pop();
  session?.ref();
  return session ?? connectSession(`http://127.0.0.1:${port}`).on('error', () => undefined);
}

/**
 * Sends bytes as the body of a gRPC call, without a gRPC library. What `goesOn` does not end by itself: it is left at its first message, which
 * counts as an answer.
 */
export function postGrpc(
  edge: RunningEdge,
  path: string,
  body: Uint8Array,
  headers: Record<string, string> = {},
  { goesOn = false }: { readonly goesOn?: boolean } = {},
): Promise<BareEnd> {
  return new Promise((resolve) => {
    const session = sessionTo(edge.grpcPort);
    const failed = (): void => end({});
    const end = (answer: BareEnd): void => {
      session.off('error', failed);
      // What ended otherwise than with an answer may have broken the connection.
      if (answer.status === undefined) session.destroy();
      else resting.get(edge.grpcPort)?.push(session);
      session.unref();
      resolve(answer);
    };
    session.once('error', failed);
    const common = { ':method': 'POST', 'content-type': 'application/grpc', te: 'trailers' };
    const stream = session.request({ ...common, ':path': path, ...headers });
    let seen: Record<string, unknown> = {};
    const take = (more: object): void => {
      seen = { ...seen, ...more };
    };
    stream
      .on('response', take)
      .on('trailers', take)
      .on('data', () => {
        if (!goesOn) return;
        take({ 'grpc-status': 0 });
        stream.close(constants.NGHTTP2_CANCEL);
      });
    stream.once('error', () => end({}));
    stream.once('close', () => end(readEnd(seen)));
    stream.end(body);
  });
}

function readEnd(seen: Record<string, unknown>): BareEnd {
  if (seen[':status'] !== 200) return seen[':status'] === undefined ? {} : { http: Number(seen[':status']) };
  const status = Number(seen['grpc-status']);
  const details = seen[DETAILS];
  return { status, ...(typeof details === 'string' && { told: toldInStatus(details) }) };
}

/**
 * Writes bytes to a port (HTTP, if none is named) as they are, and answers all that comes back until the connection is
 * closed: by the edge, or by us after `forMs`.
 */
export function bare(
  edge: RunningEdge,
  bytes: string | Buffer,
  { port = edge.httpPort, forMs }: { port?: number; forMs?: number } = {},
): Promise<string> {
  return new Promise((resolve) => {
    let answered = '';
    const socket = connectSocket({ host: '127.0.0.1', port });
    socket.on('data', (chunk) => {
      answered += chunk.toString('latin1');
    });
    socket.once('error', () => resolve(answered)).once('close', () => resolve(answered));
    if (forMs !== undefined) setTimeout(() => socket.destroy(), forMs);
    socket.write(bytes);
  });
}

/** A message in the frame in which gRPC and gRPC-Web send it. */
export function framed(message: Uint8Array, flags = 0, length = message.length): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(flags, 0);
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, message]);
}
