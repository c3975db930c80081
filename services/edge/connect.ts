// The protocols of HTTP/1.1, by connect-es: it reads requests and writes answers, in Connect and in gRPC-Web. Who may
// enter was decided before. What connect-es itself has to say of a malformed request is put into the bank's words here.
import { type DescMethodServerStreaming, type DescMethodUnary, fromBinary, toBinary } from '@bufbuild/protobuf';
import { ConnectError, createConnectRouter, createContextKey, createContextValues } from '@connectrpc/connect';
import type { UniversalHandler } from '@connectrpc/connect/protocol';
import { trailerFlag } from '@connectrpc/connect/protocol-grpc-web';
import { compressionGzip } from '@connectrpc/connect-node';
import { asBuffer } from '#chassis/encode.ts';
import { Refusal, refuseCall } from '#chassis/errors.ts';
import { detailOf, textOf } from '#chassis/grpc.ts';
import { ErrorDetailSchema } from '#gen/bank/type/v1/error_pb.ts';
import { type Admitted, isStream } from './admission.ts';
import type { Context } from './context.ts';
import { forward, forwardStream } from './forwarding.ts';
import { MAX_ANSWER_BYTES, MAX_MESSAGE_BYTES } from './limits.ts';

/** An answer, ready to be sent. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Whole; or of a stream, as it comes. */
  readonly body: Buffer | AsyncIterable<Uint8Array>;
}

type WholeAnswer = HttpAnswer & { readonly body: Buffer };

/** A request as far as the protocols are concerned. */
export interface HttpRequest {
  readonly rpc: string;
  /** Only the protocols' own headers: see `PROTOCOL_HEADERS`. */
  readonly headers: Headers;
}

/** Speaks Connect and gRPC-Web. */
export interface Protocols {
  /** Whether a content type is one of theirs for an RPC. Of another, nothing can be read, nor an error written. */
  speaks(rpc: string, contentType: string): boolean;
  /** Answers an admitted call with its body. A stream ends when its caller is `gone`. */
  answer(request: HttpRequest, admitted: Admitted, body: Buffer, gone: AbortSignal): Promise<HttpAnswer>;
  /** Answers a call with an error, in its own protocol. */
  refuse(request: HttpRequest, refusal: Refusal): Promise<HttpAnswer>;
}

/** The headers that connect-es reads. Deadlines are the edge's own affair. */
export const PROTOCOL_HEADERS = [
  'content-type',
  'content-encoding',
  'accept-encoding',
  'connect-protocol-version',
  'grpc-encoding',
  'grpc-accept-encoding',
  'x-grpc-web',
] as const;

/** One call on its way through connect-es. */
interface Passage {
  readonly admitted: Admitted | undefined;
  /** True when the message was read. */
  reached: boolean;
  /** Set when the answer is an error of the bank. */
  refusal: Refusal | undefined;
}

const PASSAGE = createContextKey<Passage>({ admitted: undefined, reached: false, refusal: undefined });

/** By itself connect-es lets unknown fields pass, and puts U+FFFD in the place of bytes that are no UTF-8. */
const JSON_OPTIONS = { ignoreUnknownFields: false, textDecoder: new TextDecoder('utf-8', { fatal: true }) };

/** Connect's binary form of a unary call. */
const BINARY = 'application/proto';
const CONNECT_VERSION = '1';

const UNREADABLE_TEXT_MAX = 300;

/** Makes the handlers of every published RPC. */
export function protocols(context: Context): Protocols {
  const handlers = makeHandlers(context);
  const any = anyOf(handlers);
  const handlerOf = (rpc: string) => handlers.get(rpc) ?? any;

  async function refuse(request: HttpRequest, refusal: Refusal): Promise<WholeAnswer> {
    const passage = { admitted: undefined, reached: false, refusal };
    return run(handlerOf(request.rpc), request, passage, Buffer.alloc(0));
  }

  return {
    speaks: (rpc, contentType) => handlerOf(rpc).supportedContentType(contentType),
    refuse,
    async answer(request, admitted, body, gone) {
      if (isAsItTravels(request)) return pass(context, admitted, body);
      const passage: Passage = { admitted, reached: false, refusal: undefined };
      if (isStream(admitted.route)) {
        const stream = await begin(handlerOf(request.rpc), request, passage, body, gone);
        return passage.reached ? stream : refuse(request, refuseCall('MESSAGE_UNREADABLE'));
      }
      const answer = await run(handlerOf(request.rpc), request, passage, body);
      if (!isError(request, answer) || passage.refusal) return answer;
      if (!passage.reached) return refuse(request, unreadable(request, answer));
      context.log.error({ rpc: request.rpc }, 'the answer could not be written');
      return refuse(request, refuseCall('INTERNAL'));
    },
  };
}

/**
 * True when the bodies of a call are the bytes of its messages and nothing more: Connect's binary form, uncompressed.
 * The service reads and checks them anyhow, so that to read them here would be work done twice.
 */
function isAsItTravels({ headers }: HttpRequest): boolean {
  const compresses = headers.has('content-encoding') || headers.get('accept-encoding')?.includes('gzip');
  const version = headers.get('connect-protocol-version') ?? CONNECT_VERSION;
  return headers.get('content-type') === BINARY && version === CONNECT_VERSION && !compresses;
}

/** Answers a call with the bytes that the service answers. Throws its refusal. */
async function pass(context: Context, admitted: Admitted, body: Buffer): Promise<HttpAnswer> {
  const answer = await forward(context, admitted, body);
  return { status: 200, headers: new Headers({ 'content-type': BINARY }), body: answer };
}

/** An unknown RPC is refused in the caller's protocol too, by whichever handler: it never gets past the gate. */
function anyOf(handlers: Map<string, UniversalHandler>): UniversalHandler {
  const [any] = handlers.values();
  if (!any) throw new Error('the edge publishes no RPC');
  return any;
}

function makeHandlers(context: Context): Map<string, UniversalHandler> {
  const router = createConnectRouter({
    grpc: false,
    acceptCompression: [compressionGzip],
    readMaxBytes: MAX_MESSAGE_BYTES,
    writeMaxBytes: 2 * MAX_ANSWER_BYTES,
    jsonOptions: JSON_OPTIONS,
    requestGate: ({ values }) => {
      const { refusal } = values.get(PASSAGE);
      if (refusal) throw connectErrorOf(refusal);
    },
  });
  for (const { method } of context.routes.values()) {
    if (method.methodKind === 'unary') router.rpc(method, implementationOf(context, method));
    else router.rpc(method, streamOf(context, method));
  }
  return new Map(router.handlers.map((handler) => [handler.requestPath.slice(1), handler]));
}

function implementationOf(context: Context, method: DescMethodUnary) {
  return async (
    message: Parameters<typeof toBinary>[1],
    { values }: { values: ReturnType<typeof createContextValues> },
  ) => {
    const passage = values.get(PASSAGE);
    passage.reached = true;
    if (!passage.admitted) throw new Error('nobody was admitted');
    try {
      const answer = await forward(context, passage.admitted, asBuffer(toBinary(method.input, message)));
      return fromBinary(method.output, answer);
    } catch (error) {
      passage.refusal = error instanceof Refusal ? error : refuseCall('INTERNAL');
      throw connectErrorOf(passage.refusal);
    }
  };
}

function streamOf(context: Context, method: DescMethodServerStreaming) {
  return async function* stream(
    message: Parameters<typeof toBinary>[1],
    { values, signal }: { values: ReturnType<typeof createContextValues>; signal: AbortSignal },
  ) {
    const passage = values.get(PASSAGE);
    passage.reached = true;
    if (!passage.admitted) throw new Error('nobody was admitted');
    const request = asBuffer(toBinary(method.input, message));
    try {
      for await (const bytes of forwardStream(context, passage.admitted, request, signal)) {
        yield fromBinary(method.output, bytes);
      }
    } catch (error) {
      throw connectErrorOf(error instanceof Refusal ? error : refuseCall('INTERNAL'));
    }
  };
}

/** Begins to run a handler. Until it answers, what it was asked may not have been read. */
async function ask(
  handler: UniversalHandler,
  request: HttpRequest,
  passage: Passage,
  body: Buffer,
  gone: AbortSignal,
): Promise<Omit<HttpAnswer, 'body'> & { chunks: AsyncIterable<Uint8Array> }> {
  const answer = await handler({
    httpVersion: '1.1',
    method: 'POST',
    url: `http://edge${handler.requestPath}`,
    header: request.headers,
    body: once(body),
    signal: gone,
    contextValues: createContextValues().set(PASSAGE, passage),
  });
  return { status: answer.status, headers: answer.header ?? new Headers(), chunks: answer.body ?? none() };
}

/** Runs the handler of a stream up to its first message, or to its end. */
async function begin(
  handler: UniversalHandler,
  request: HttpRequest,
  passage: Passage,
  body: Buffer,
  gone: AbortSignal,
): Promise<HttpAnswer> {
  const { chunks, ...answer } = await ask(handler, request, passage, body, gone);
  const rest = chunks[Symbol.asyncIterator]();
  const first = await rest.next();
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      for (let next = first; !next.done; next = await rest.next()) yield next.value;
    } finally {
      await rest.return?.();
    }
  }
  return { ...answer, body: all() };
}

/** Runs a handler to its end. Answers that are no streams are short enough to be held in memory whole. */
async function run(
  handler: UniversalHandler,
  request: HttpRequest,
  passage: Passage,
  body: Buffer,
): Promise<WholeAnswer> {
  const { chunks: made, ...answer } = await ask(handler, request, passage, body, new AbortController().signal);
  const chunks: Uint8Array[] = [];
  for await (const chunk of made) chunks.push(chunk);
  return { ...answer, body: Buffer.concat(chunks) };
}

async function* none(): AsyncGenerator<Uint8Array> {}

async function* once(body: Buffer): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  if (body.length > 0) yield new Uint8Array(body);
}

/** gRPC-Web says in its trailers how a call ended; an error has no message before them. */
function isError({ headers }: HttpRequest, { status, body }: WholeAnswer): boolean {
  return status !== 200 || (isGrpcWeb(headers) && ((body[0] ?? trailerFlag) & trailerFlag) !== 0);
}

function isGrpcWeb(headers: Headers): boolean {
  return headers.get('content-type')?.startsWith('application/grpc-web') ?? false;
}

/** What connect-es calls an internal error, or many other things, is one: the message could not be read. */
function unreadable({ headers }: HttpRequest, { headers: answered, body }: WholeAnswer): Refusal {
  const { code, reason, domain, message } = refuseCall('MESSAGE_UNREADABLE');
  const plain = !isGrpcWeb(headers) && !answered.has('content-encoding') && body.length > 0;
  const json = plain ? (JSON.parse(body.toString()) as { code?: string; message?: string }) : {};
  // Of JSON it says which field is wrong, which helps a developer; its other sentences are about its own inside.
  const why = json.code === 'invalid_argument' ? json.message : undefined;
  const said = why === undefined ? message : `${message.slice(0, -1)}: ${why.slice(0, UNREADABLE_TEXT_MAX)}`;
  return new Refusal({ code, reason, domain, message: said });
}

function connectErrorOf(refusal: Refusal): ConnectError {
  const { $typeName: _, ...detail } = detailOf(refusal);
  return new ConnectError(textOf(refusal.message), refusal.code, undefined, [
    { desc: ErrorDetailSchema, value: detail },
  ]);
}
