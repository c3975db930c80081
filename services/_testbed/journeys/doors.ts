// The bank as a stranger meets it: JSON in and JSON out over each of the three protocols, written from the README and
// docs/reference, with the libraries that a stranger would take. Nothing here knows the inside of the bank.
import { Agent, request as httpRequest, type RequestOptions } from 'node:http';
import {
  type DescMethodServerStreaming,
  type DescMethodUnary,
  fromBinary,
  fromJson,
  type JsonObject,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { ConnectError, type Transport } from '@connectrpc/connect';
import { createConnectTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import * as grpc from '@grpc/grpc-js';
import { Code, Refusal } from '#chassis/errors.ts';
import { published } from '#chassis/services.ts';
import { OperationsService } from '#gen/bank/operations/v1/operations_service_pb.ts';
import type { RpcPath } from '#gen/bank/rules.ts';
import { type ErrorDetail, ErrorDetailSchema } from '#gen/bank/type/v1/error_pb.ts';
import { StatusSchema } from '#gen/google/rpc/status_pb.ts';

/** Where an edge listens. */
export interface EdgeAddress {
  readonly httpPort: number;
  readonly grpcPort: number;
}

export const PROTOCOLS = ['Connect JSON', 'gRPC-Web', 'gRPC'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** An RPC as the index of the reference names it: `account.OpenAccount`. */
export type RpcName = RpcPath extends infer P
  ? P extends `bank.${infer S}.v1.${string}/${infer M}`
    ? `${S}.${M}`
    : never
  : never;

/** The bank over one protocol. */
export interface Door {
  readonly protocol: Protocol;
  /**
   * Calls an RPC for somebody: a subject of `/dev/token` (`staff:teller`, `customer:cus_…`), or nobody with `''`. Throws
   * what the bank refuses it for, as a Refusal. Of a stream it answers the first message.
   */
  call(subject: string, rpc: RpcName, request: JsonObject): Promise<JsonObject>;
  /** The same with whatever token, or what is shown beside it; undefined shows nothing. */
  callWith(shown: string | Show | undefined, rpc: RpcName, request: JsonObject): Promise<JsonObject>;
  close(): void;
}

/** The headers of whoever calls a URL. */
export type Show = (url: string) => Promise<Shown>;
type Shown = Readonly<Record<string, string>>;

/** An RPC that the edge publishes. */
export type Method = DescMethodUnary | DescMethodServerStreaming;

/** Sends one request in one protocol. */
type Wire = (method: Method, request: JsonObject, shown: Shown) => Promise<JsonObject>;

/** As long as the edge allows: a busy machine takes its time. */
const DEADLINE_MS = 30_000;

/** Opens a door of the edge. */
export function openDoor(edge: EdgeAddress, protocol: Protocol): Door {
  const { wire, close } = { 'Connect JSON': connectJson, 'gRPC-Web': grpcWeb, gRPC: plainGrpc }[protocol](edge);
  const token = tokens(edge);
  const origin = `http://127.0.0.1:${protocol === 'gRPC' ? edge.grpcPort : edge.httpPort}`;
  const callWith: Door['callWith'] = async (shown, rpc, request) => {
    const method = methodNamed(rpc);
    if (typeof shown === 'function') return wire(method, request, await shown(`${origin}${pathOf(method)}`));
    return wire(method, request, shown === undefined ? {} : { authorization: `Bearer ${shown}` });
  };
  return {
    protocol,
    callWith,
    call: async (subject, rpc, request) => callWith(subject === '' ? undefined : await token(subject), rpc, request),
    close,
  };
}

/** Asks the edge for tokens, once for each subject. */
export function tokens({ httpPort }: EdgeAddress): (subject: string) => Promise<string> {
  const known = new Map<string, Promise<string>>();
  async function ask(subject: string): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${httpPort}/dev/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ subject }),
    });
    const { token, message } = (await response.json()) as { token?: string; message?: string };
    if (token === undefined) throw new Error(`no token for ${subject}: ${message ?? response.status}`);
    return token;
  }
  return (subject) => {
    const token = known.get(subject) ?? ask(subject);
    known.set(subject, token);
    return token;
  };
}

/** The name of an RPC in the reference's index: of `bank.account.v1.AccountService/GetAccount`, `account.GetAccount`. */
export function nameOf(path: string): RpcName {
  return path.replace(/^bank\.(\w+)\.v1\.\w+\/(\w+)$/, '$1.$2') as RpcName;
}

/** The descriptor of a published RPC. */
export function methodNamed(rpc: RpcName): Method {
  const [service, name] = rpc.split('.');
  const contract =
    service === 'operations' ? OperationsService : published.find((one) => one.name === service)?.service;
  const methods = contract?.methods as readonly Method[] | undefined;
  const method = methods?.find((one) => one.name === name);
  if (!method) throw new Error(`there is no ${rpc}`);
  return method;
}

/** The path of a method, with the slash in front. */
export function pathOf({ parent, name }: Method): string {
  return `/${parent.typeName}/${name}`;
}

/** The first message of a stream, over one of connect-es' transports. */
async function firstOf(
  transport: Transport,
  method: DescMethodServerStreaming,
  request: JsonObject,
  shown: Shown,
): Promise<JsonObject> {
  const headers = new Headers(shown);
  const leaving = new AbortController();
  async function* input() {
    yield fromJson(method.input, request);
  }
  try {
    const answer = await transport.stream(method, leaving.signal, DEADLINE_MS, headers, input());
    for await (const message of answer.message) return toJson(method.output, message) as JsonObject;
    throw new Error('a stream without a message');
  } catch (error) {
    throw refusalInConnectError(error);
  } finally {
    leaving.abort();
  }
}

/** As of gRPC's own errors: one without details is thrown as it is. A client whose time is over says so itself. */
function refusalInConnectError(error: unknown): unknown {
  if (!(error instanceof ConnectError) || error.details.length === 0) return error;
  return refusalOf(error.code, error.rawMessage, error.findDetails(ErrorDetailSchema));
}

function connectJson({ httpPort }: EdgeAddress): { wire: Wire; close: () => void } {
  const streams = createConnectTransport({ baseUrl: `http://127.0.0.1:${httpPort}`, httpVersion: '1.1' });
  const agent = new Agent({ keepAlive: true });
  const wire: Wire = async (method, request, shown) => {
    if (method.methodKind === 'server_streaming') return firstOf(streams, method, request, shown);
    const headers = {
      'content-type': 'application/json',
      'connect-timeout-ms': String(DEADLINE_MS),
      ...shown,
    };
    const { ok, answer } = await posted({ agent, port: httpPort, path: pathOf(method), headers }, request);
    if (!ok) throw refusalInJson(answer);
    return JSON.parse(answer) as JsonObject;
  };
  return { wire, close: () => agent.destroy() };
}

/** Posts JSON. Most calls of the journeys come this way, and fetch takes four times as long for them. */
function posted(to: RequestOptions, request: JsonObject): Promise<{ ok: boolean; answer: string }> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', method: 'POST', ...to }, (response) => {
      let answer = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        answer += chunk;
      });
      response.once('error', reject).once('end', () => resolve({ ok: response.statusCode === 200, answer }));
    });
    sent.once('error', (error: NodeJS.ErrnoException) => {
      // The edge has just ended a connection that was idle: nothing was read of the request.
      const isStale = sent.reusedSocket && error.code === 'ECONNRESET';
      if (isStale) posted(to, request).then(resolve, reject);
      else reject(error);
    });
    sent.end(JSON.stringify(request));
  });
}

function grpcWeb({ httpPort }: EdgeAddress): { wire: Wire; close: () => void } {
  const transport = createGrpcWebTransport({ baseUrl: `http://127.0.0.1:${httpPort}`, httpVersion: '1.1' });
  const wire: Wire = async (method, request, shown) => {
    if (method.methodKind === 'server_streaming') return firstOf(transport, method, request, shown);
    const headers = new Headers(shown);
    try {
      const message = fromJson(method.input, request);
      const answer = await transport.unary(method, undefined, DEADLINE_MS, headers, message);
      return toJson(method.output, answer.message) as JsonObject;
    } catch (error) {
      throw refusalInConnectError(error);
    }
  };
  return { wire, close: () => undefined };
}

function plainGrpc({ grpcPort }: EdgeAddress): { wire: Wire; close: () => void } {
  const client = new grpc.Client(`127.0.0.1:${grpcPort}`, grpc.credentials.createInsecure());
  const passBytes = (bytes: Buffer): Buffer => bytes;
  const wire: Wire = (method, request, shown) =>
    new Promise((resolve, reject) => {
      const metadata = new grpc.Metadata();
      for (const [name, value] of Object.entries(shown)) metadata.set(name, value);
      const bytes = Buffer.from(toBinary(method.input, fromJson(method.input, request)));
      const options = { deadline: Date.now() + DEADLINE_MS };
      const take = (answer: Buffer | undefined) =>
        resolve(toJson(method.output, fromBinary(method.output, answer ?? new Uint8Array())) as JsonObject);
      const refuse = (error: grpc.ServiceError) => reject(refusalInMetadata(error));
      if (method.methodKind !== 'server_streaming') {
        client.makeUnaryRequest(pathOf(method), passBytes, passBytes, bytes, metadata, options, (error, answer) =>
          error ? refuse(error) : take(answer),
        );
        return;
      }
      const stream = client.makeServerStreamRequest(pathOf(method), passBytes, passBytes, bytes, metadata, options);
      stream.on('error', refuse).once('data', (answer: Buffer) => {
        take(answer);
        stream.cancel();
      });
    });
  return { wire, close: () => client.close() };
}

/** Reads the JSON of a Connect error: the detail from its bytes, which what is shown for people must agree with. */
export function refusalInJson(text: string): Refusal {
  const { code, message, details } = JSON.parse(text) as {
    code: string;
    message: string;
    details: { type: string; value: string; debug?: { reason?: string } }[];
  };
  const read = details.map(({ type, value, debug }) => {
    if (type !== ErrorDetailSchema.typeName) throw new Error(`a detail of type ${type}`);
    const detail = fromBinary(ErrorDetailSchema, Buffer.from(value, 'base64'));
    if (debug?.reason !== detail.reason) throw new Error(`shown for people: ${JSON.stringify(debug)}`);
    return detail;
  });
  return refusalOf(Code[code.toUpperCase() as keyof typeof Code], message, read);
}

/** Reads `grpc-status-details-bin`. An error without the bank's detail is thrown as it is: it is none of the bank's. */
export function refusalInMetadata(error: grpc.ServiceError): Error {
  const [bytes] = error.metadata?.get('grpc-status-details-bin') ?? [];
  if (!(bytes instanceof Buffer)) return error;
  const { code, message, details } = fromBinary(StatusSchema, bytes);
  return refusalOf(
    code,
    message,
    details.flatMap((one) => anyUnpack(one, ErrorDetailSchema) ?? []),
  );
}

function refusalOf(code: number, message: string, details: readonly ErrorDetail[]): Refusal {
  const [detail, ...more] = details;
  if (!detail || more.length > 0) throw new Error(`an error with ${details.length} details: ${code} ${message}`);
  return new Refusal({ ...detail, code, message });
}
