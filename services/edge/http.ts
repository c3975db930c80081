// The HTTP/1.1 port: Connect and gRPC-Web, the health check, and in development the tokens.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseTimeout as parseConnectTimeout } from '@connectrpc/connect/protocol-connect';
import { parseTimeout as parseGrpcTimeout } from '@connectrpc/connect/protocol-grpc';
import { invalid, Refusal, refuseCall } from '#chassis/errors.ts';
import { continueTrace } from '#chassis/trace.ts';
import { jwkOf } from '#chassis/verification-keys.ts';
import { admit, deadlineFor, USER_AGENT_MAX } from './admission.ts';
import { challengeOf } from './challenge.ts';
import { type HttpAnswer, type HttpRequest, PROTOCOL_HEADERS, type Protocols, protocols } from './connect.ts';
import type { Context } from './context.ts';
import { type Cors, corsFor } from './cors.ts';
import { developmentToken, type PlainAnswer } from './development-tokens.ts';
import { readBody } from './http-body.ts';
import * as limits from './limits.ts';
import {
  authorizationServer,
  FORM_BYTES_MAX,
  partnerToken,
  refusedAs,
  TOKEN_REQUEST_MS,
  type TokenRequest,
} from './oauth.ts';
import { PLAIN_PATHS, type PlainPath } from './plain-paths.ts';
import { callerAddress } from './rate-limits.ts';
import { PAGE_HEADERS, unsubscribing } from './unsubscribe.ts';

/** A port that is served. */
export interface Port {
  readonly port: number;
  stop(): Promise<void>;
}

/** Keys are published for much longer than this before they sign. */
const KEYS_MAX_AGE_SECONDS = 60;
const DEVELOPMENT_REQUEST_MS = 2_000;

/**
 * What every answer says: it is for its caller alone, is what it says it is, is no page, and is to be had over TLS only
 * (browsers heed that once a proxy speaks TLS before this port).
 */
const COMMON_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
} as const;

interface House {
  readonly context: Context;
  readonly protocols: Protocols;
  readonly cors: Cors;
  stopping: boolean;
}

/** Serves HTTP/1.1. */
export async function serveHttp(context: Context): Promise<Port> {
  const house: House = {
    context,
    protocols: protocols(context),
    cors: corsFor(context.config.EDGE_ALLOWED_ORIGINS),
    stopping: false,
  };
  const server = createServer({
    maxHeaderSize: limits.MAX_HEADER_BYTES,
    headersTimeout: limits.HEADERS_TIMEOUT_MS,
    requestTimeout: limits.REQUEST_TIMEOUT_MS,
    keepAliveTimeout: limits.IDLE_TIMEOUT_MS,
    connectionsCheckingInterval: limits.TIMEOUT_CHECK_MS,
  });
  server.maxHeadersCount = limits.MAX_HEADERS;
  server.maxConnections = limits.MAX_CONNECTIONS;
  server.timeout = limits.SOCKET_TIMEOUT_MS;
  server.on('request', (request, response) => {
    handle(house, request, response).catch((error: unknown) => {
      context.log.error({ err: error }, 'an answer could not be sent');
      response.destroy();
    });
  });
  const { LISTEN_HOST: host, EDGE_HTTP_PORT: port } = context.config;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => resolve());
  });
  const listening = (server.address() as AddressInfo).port;
  context.urls.listening(listening);
  return {
    port: listening,
    stop() {
      house.stopping = true;
      return drain(server);
    },
  };
}

/** Stops accepting and closes idle connections; those with a call under way close after it, or at the end of the grace. */
async function drain(server: Server): Promise<void> {
  const timer = setTimeout(() => server.closeAllConnections(), limits.GRACE_MS);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(timer);
}

async function handle(house: House, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url?.split('?', 1)[0] ?? '';
  const preflight = request.method === 'OPTIONS';
  const headers = { ...COMMON_HEADERS, ...house.cors(request, preflight) };
  if (preflight) return send(house, response, 204, headers, '');
  const { health, keys, authorizationServer, token, unsubscribePage, developmentToken } = PLAIN_PATHS;
  const isFor = (plain: PlainPath) => path === plain.path && request.method === plain.method;
  if (path === health.path) return answerHealth(house, response, headers);
  if (isFor(keys)) return answerKeys(house, response, headers);
  if (isFor(authorizationServer)) return answerServer(house, request, response, headers);
  if (isFor(token)) return answerToken(house, request, response, headers);
  if (path === unsubscribePage.path) {
    const { status, html } = await unsubscribing(house.context, request, addressOf(house.context, request));
    return send(house, response, status, { ...headers, ...PAGE_HEADERS }, html);
  }
  if (path === developmentToken.path) return answerDevelopment(house, request, response, headers);
  // Connect's GET is off: it writes requests into URLs, and URLs into logs.
  if (request.method !== 'POST') return send(house, response, 405, { ...headers, allow: 'POST' }, '');
  const rpc = path.slice(1);
  if (!house.protocols.speaks(rpc, request.headers['content-type'] ?? ''))
    return send(house, response, 415, headers, '');
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const { status, body, ...answer } = await answerRpc(house, request, rpc, gone.signal);
  const all = { ...Object.fromEntries(answer.headers), ...headers };
  if (Buffer.isBuffer(body)) send(house, response, status, all, body);
  else await sendStream(response.writeHead(status, all), body);
}

async function answerRpc(
  { context, protocols }: House,
  request: IncomingMessage,
  rpc: string,
  gone: AbortSignal,
): Promise<HttpAnswer> {
  const asked: HttpRequest = { rpc, headers: protocolHeaders(request) };
  try {
    const { authorization = '', dpop = '', traceparent } = request.headers;
    const admitted = await admit(context, {
      rpc,
      authorization,
      dpop: String(dpop),
      address: addressOf(context, request),
      userAgent: request.headers['user-agent'] ?? '',
      deadline: deadlineFor(context, rpc, requestedDeadline(request)),
      trace: continueTrace(typeof traceparent === 'string' ? traceparent : undefined),
    });
    return await protocols.answer(asked, admitted, await readBody(request, admitted.deadline), gone);
  } catch (error) {
    if (error instanceof Refusal) {
      context.log.debug({ reason: error.reason }, 'not admitted');
      const answer = await protocols.refuse(asked, error);
      const headers = new Headers({ ...Object.fromEntries(answer.headers), ...challengeOf(error) });
      return { ...answer, headers };
    }
    context.log.error({ err: error }, 'failed');
    return protocols.refuse(asked, refuseCall('INTERNAL'));
  }
}

function protocolHeaders({ headers }: IncomingMessage): Headers {
  return new Headers(
    PROTOCOL_HEADERS.flatMap((name): [string, string][] => {
      const value = headers[name];
      return value === undefined ? [] : [[name, String(value)]];
    }),
  );
}

/** When its caller stops waiting; never, where it does not say. A timeout that cannot be read is refused. */
function requestedDeadline({ headers }: IncomingMessage): number {
  const [name, parse] = headers['content-type']?.startsWith('application/grpc-web')
    ? (['grpc-timeout', parseGrpcTimeout] as const)
    : (['connect-timeout-ms', parseConnectTimeout] as const);
  const value = headers[name];
  const { timeoutMs, error } = parse(value === undefined ? null : String(value), Number.POSITIVE_INFINITY);
  if (error) throw invalid([{ field: name, description: 'cannot be read as a timeout' }]);
  return timeoutMs === undefined ? Number.POSITIVE_INFINITY : Date.now() + timeoutMs;
}

/** Sends a stream as it comes, and no faster than it is taken. */
async function sendStream(response: ServerResponse, body: AsyncIterable<Uint8Array>): Promise<void> {
  response.flushHeaders();
  await pipeline(Readable.from(body, { objectMode: true, highWaterMark: 1 }), response).catch(() => undefined);
}

function answerHealth(house: House, response: ServerResponse, headers: Record<string, string>): void {
  send(house, response, house.stopping ? 503 : 200, headers, house.stopping ? 'stopping\n' : 'ok\n');
}

/** The keys that verify the bank's tokens, as a JWK set (RFC 7517). */
async function answerKeys(house: House, response: ServerResponse, headers: Record<string, string>): Promise<void> {
  const keys = await house.context.keys.all().catch(() => undefined);
  if (!keys) return send(house, response, 503, headers, '');
  const caching = { 'cache-control': `public, max-age=${KEYS_MAX_AGE_SECONDS}` };
  const typed = { ...headers, ...caching, 'content-type': 'application/jwk-set+json' };
  send(house, response, 200, typed, `${JSON.stringify({ keys: keys.map(jwkOf) })}\n`);
}

/** Gives a token to a partner (RFC 6749). */
async function answerToken(
  house: House,
  request: IncomingMessage,
  response: ServerResponse,
  headers: Record<string, string>,
): Promise<void> {
  const { context } = house;
  const answer = await readTokenRequest(context, request).then(
    (asked) => partnerToken(context.partners, asked),
    (error: unknown) => refusedAs(error),
  );
  sendJson(house, response, answer, headers);
}

/** Reads a token request, if its address may make one now. */
async function readTokenRequest(context: Context, request: IncomingMessage): Promise<TokenRequest> {
  const address = addressOf(context, request);
  await context.rateLimits.address(address);
  const { 'content-type': type = '', dpop = '', 'user-agent': userAgent = '' } = request.headers;
  if (!/^application\/x-www-form-urlencoded\b/.test(type)) throw refuseCall('MESSAGE_UNREADABLE');
  const form = await readBody(request, Date.now() + TOKEN_REQUEST_MS, FORM_BYTES_MAX);
  return {
    issuer: context.urls.issuer(),
    form: form.toString(),
    dpopProof: String(dpop),
    address,
    userAgent: userAgent.slice(0, USER_AGENT_MAX).toWellFormed(),
  };
}

/** Says what partners need to get a token (RFC 8414). */
async function answerServer(
  house: House,
  request: IncomingMessage,
  response: ServerResponse,
  headers: Record<string, string>,
): Promise<void> {
  const { context } = house;
  const answer = await context.rateLimits.address(addressOf(context, request)).then(
    () => authorizationServer(context.partners, context.urls.issuer()),
    (error: unknown) => refusedAs(error),
  );
  sendJson(house, response, answer, headers);
}

/** Where a request comes from. */
function addressOf({ config }: Context, { socket, headers }: IncomingMessage): string {
  const forwarded = String(headers['x-forwarded-for'] ?? '');
  return callerAddress(socket.remoteAddress ?? '', forwarded, config.EDGE_PROXY_HOPS);
}

async function answerDevelopment(
  house: House,
  request: IncomingMessage,
  response: ServerResponse,
  headers: Record<string, string>,
): Promise<void> {
  const { development } = house.context;
  // A page that is not allowed cannot send JSON without asking first, and then is not allowed to.
  const json = /^application\/json\b/.test(request.headers['content-type'] ?? '');
  if (development && request.method !== 'POST') {
    return send(house, response, 405, { ...headers, allow: 'POST' }, '');
  }
  if (development && !json) return send(house, response, 415, headers, '');
  const body = await readBody(request, Date.now() + DEVELOPMENT_REQUEST_MS).catch(() => Buffer.alloc(0));
  sendJson(house, response, await developmentToken(development, body.toString()), headers);
}

function sendJson(
  house: House,
  response: ServerResponse,
  { status, json }: PlainAnswer,
  headers: Record<string, string>,
): void {
  send(house, response, status, { ...headers, 'content-type': 'application/json' }, `${JSON.stringify(json)}\n`);
}

function send(
  { stopping }: House,
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  body: Buffer | string,
): void {
  if (stopping) response.shouldKeepAlive = false;
  const length = status === 204 ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  response.writeHead(status, { ...headers, ...length }).end(body);
}
