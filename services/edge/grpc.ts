// The gRPC port, for partners and programs: grpc-js passes bytes through. Every error that a caller sees here, those of
// grpc-js itself among them, carries the bank's detail.
import * as grpc from '@grpc/grpc-js';
import { Code, Refusal, refuseCall } from '#chassis/errors.ts';
import { DETAILS, listen, passBytes, statusOf } from '#chassis/grpc.ts';
import { Statuses } from '#chassis/health.ts';
import { written } from '#chassis/serve-streams.ts';
import { continueTrace } from '#chassis/trace.ts';
import { type Admitted, admit, deadlineFor, isStream } from './admission.ts';
import type { Context } from './context.ts';
import { forward, forwardStream } from './forwarding.ts';
import type { Port } from './http.ts';
import * as limits from './limits.ts';
import { callerAddress } from './rate-limits.ts';

const HEALTH = '/grpc.health.v1.Health/';

/** A call on its way through grpc-js, by the metadata object that grpc-js hands from the interceptor to the handler. */
interface Passage {
  readonly admitted: Admitted;
  /** True when the message was read. */
  reached: boolean;
}
type Passages = WeakMap<grpc.Metadata, Passage>;

/** Serves gRPC: HTTP/2 without TLS. */
export async function serveGrpc(context: Context): Promise<Port> {
  // grpc-js would write headers that it cannot read to standard error as they came, tokens and all.
  grpc.setLogVerbosity(grpc.logVerbosity.NONE);
  const passages: Passages = new WeakMap();
  const server = new grpc.Server({
    interceptors: [admitting(context, passages)],
    'grpc.max_receive_message_length': limits.MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': limits.MAX_ANSWER_BYTES,
    'grpc.max_concurrent_streams': limits.MAX_STREAMS,
    'grpc.max_connection_idle_ms': limits.IDLE_CONNECTION_MS,
    'grpc.keepalive_time_ms': limits.KEEPALIVE_MS,
    'grpc.keepalive_timeout_ms': limits.KEEPALIVE_TIMEOUT_MS,
    'grpc.enable_channelz': 0,
  });
  for (const route of context.routes.values()) {
    const [type, handler] = isStream(route)
      ? (['serverStream', streaming(context, passages)] as const)
      : (['unary', forwarding(context, passages)] as const);
    server.register(`/${route.rpc}`, handler, passBytes, passBytes, type);
  }
  const health = new Statuses([['', true]]);
  health.addTo(server);
  answerUnknownPaths(server);

  const { LISTEN_HOST: host, EDGE_GRPC_PORT: wanted } = context.config;
  const port = await listen(server, host, wanted, grpc.ServerCredentials.createInsecure());
  context.urls.listening(port);
  return {
    port,
    async stop() {
      health.set('', false);
      const timer = setTimeout(() => server.forceShutdown(), limits.GRACE_MS);
      await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
      clearTimeout(timer);
    },
  };
}

function forwarding(context: Context, passages: Passages): grpc.handleUnaryCall<Buffer, Buffer> {
  return (incoming, reply) => {
    const passage = passages.get(incoming.metadata);
    if (!passage) return reply(statusOf(refuseCall('RPC_UNKNOWN')));
    passage.reached = true;
    forward(context, passage.admitted, incoming.request).then(
      (bytes) => reply(null, bytes),
      (error: unknown) => reply(statusOf(error instanceof Refusal ? error : refuseCall('INTERNAL'))),
    );
  };
}

function streaming(context: Context, passages: Passages): grpc.handleServerStreamingCall<Buffer, Buffer> {
  return (outgoing) => {
    const gone = new AbortController();
    outgoing.once('cancelled', () => gone.abort());

    async function pass(): Promise<void> {
      const passage = passages.get(outgoing.metadata);
      if (!passage) throw refuseCall('RPC_UNKNOWN');
      passage.reached = true;
      for await (const bytes of forwardStream(context, passage.admitted, outgoing.request, gone.signal)) {
        await written(outgoing, bytes, gone.signal);
      }
    }

    pass().then(
      () => outgoing.end(),
      (error: unknown) => outgoing.emit('error', statusOf(error instanceof Refusal ? error : refuseCall('INTERNAL'))),
    );
  };
}

/** Admits calls by their metadata, before a byte of the message is read; and ends those whose deadline passes. */
function admitting(context: Context, passages: Passages): grpc.ServerInterceptor {
  return ({ path }, call) => {
    if (path.startsWith(HEALTH)) return new grpc.ServerInterceptingCall(call);
    let passage: Passage | undefined;
    explainStatuses(call, () => passage?.reached ?? false);
    const rpc = path.slice(1);
    const deadline = deadlineFor(context, rpc, Number(call.getDeadline()));
    const timer = setTimeout(
      () =>
        call.sendStatus(statusOf(refuseCall(isStream(context.routes.get(rpc)) ? 'STREAM_ENDED' : 'DEADLINE_PASSED'))),
      Math.max(0, deadline - Date.now()),
    );
    // A call that ended before it began would otherwise keep a stopping process waiting.
    timer.unref();

    async function enter(metadata: grpc.Metadata): Promise<void> {
      if (sizeOf(metadata) > limits.MAX_HEADER_BYTES) throw refuseCall('MESSAGE_UNREADABLE');
      const admitted = await admit(context, {
        rpc,
        authorization: textIn(metadata, 'authorization'),
        dpop: metadata.get('dpop').join(', '),
        address: callerAddress(
          call.getConnectionInfo().remoteAddress ?? '',
          textIn(metadata, 'x-forwarded-for'),
          context.config.EDGE_PROXY_HOPS,
        ),
        userAgent: textIn(metadata, 'user-agent'),
        deadline,
        trace: continueTrace(textIn(metadata, 'traceparent')),
      });
      passage = { admitted, reached: false };
      passages.set(metadata, passage);
    }

    return new grpc.ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, proceed) => {
            enter(metadata).then(
              () => proceed(metadata),
              (error: unknown) => call.sendStatus(statusOf(notAdmitted(context, error))),
            );
          },
          // grpc-js says so at the end of every call, whichever way it ends.
          onCancel: () => clearTimeout(timer),
        }),
    });
  };
}

function notAdmitted({ log }: Context, error: unknown): Refusal {
  if (error instanceof Refusal) {
    log.debug({ reason: error.reason }, 'not admitted');
    return error;
  }
  log.error({ err: error }, 'failed');
  return refuseCall('INTERNAL');
}

/**
 * grpc-js ends some calls by itself: it could not read a frame, decompress a message, read `grpc-timeout`, or the time
 * was up. It does so by this same function of its call, which here puts the end into the bank's words.
 */
function explainStatuses(call: grpc.ServerInterceptingCallInterface, reached: () => boolean): void {
  const send = call.sendStatus.bind(call);
  call.sendStatus = (status) => {
    const explained = status.code === grpc.status.OK || status.metadata?.get(DETAILS).length;
    send(explained ? status : statusOf(refusalOf(status.code ?? Code.UNKNOWN, reached())));
  };
}

function refusalOf(code: number, reached: boolean): Refusal {
  if (code === Code.DEADLINE_EXCEEDED) return refuseCall('DEADLINE_PASSED');
  return refuseCall(reached ? 'INTERNAL' : 'MESSAGE_UNREADABLE');
}

/**
 * grpc-js answers a path that it does not know without asking anybody. When its own table of handlers has nothing for a
 * path, it now finds one whose interceptor refuses the call. (The field is private to grpc-js; a test holds it.)
 */
function answerUnknownPaths(server: grpc.Server): void {
  const handlers: Map<string, unknown> = server['handlers'];
  const find = handlers.get.bind(handlers);
  const unknown = { path: '/', type: 'unary', serialize: passBytes, deserialize: passBytes, func: refuseUnknown };
  handlers.get = (path) => find(path) ?? unknown;
}

function refuseUnknown(_: unknown, reply: grpc.sendUnaryData<Buffer>): void {
  reply(statusOf(refuseCall('RPC_UNKNOWN')));
}

function textIn(metadata: grpc.Metadata, key: string): string {
  const [value] = metadata.get(key);
  return typeof value === 'string' ? value : '';
}

function sizeOf(metadata: grpc.Metadata): number {
  let size = 0;
  for (const [key, values] of Object.entries(metadata.toJSON())) {
    for (const value of values) size += key.length + value.length;
  }
  return size;
}
