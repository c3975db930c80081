// A typed client of another service, made from the same descriptors as its server.
import type {
  DescMethod,
  DescMethodBiDiStreaming,
  DescMethodServerStreaming,
  DescMethodUnary,
  DescService,
  MessageInitShape,
  MessageShape,
} from '@bufbuild/protobuf';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import type { Call } from './call-context.ts';
import { type Exchanged, exchangeOver, messagesOf, type Opening } from './call-streams.ts';
import { asBuffer } from './encode.ts';
import { refuseCall } from './errors.ts';
import { CHANNEL_LIMITS, definitionOf, refusalFrom } from './grpc.ts';
import { DEFAULT_DEADLINE_MS } from './serve.ts';
import { continueTrace, type Trace, traceparentOf } from './trace.ts';

/** The clients of a service: one function per RPC. They throw the other service's refusals. */
export type Client<S extends DescService> = {
  readonly [Name in keyof S['method']]: S['method'][Name] extends DescMethodUnary<infer Input, infer Output>
    ? (request: MessageInitShape<Input>, on?: Onwards) => Promise<MessageShape<Output>>
    : S['method'][Name] extends DescMethodServerStreaming<infer Input, infer Output>
      ? (request: MessageInitShape<Input>, on?: Opening) => AsyncIterable<MessageShape<Output>>
      : S['method'][Name] extends DescMethodBiDiStreaming<infer Input, infer Output>
        ? (on?: Opening) => Promise<Exchanged<Input, Output>>
        : never;
} & { readonly close: () => void };

/** The part of a call that is passed on. */
export type Onwards = Pick<Call, 'deadline' | 'trace'>;

/** Taken off the deadline that is passed on, so that there is time left to answer. */
export const MARGIN_MS = 20;

const CHANNEL_OPTIONS = {
  ...CHANNEL_LIMITS,
  // One layer retries, and it is not this one: commands are repeated by their key. Without a service config grpc-js sends
  // again only what a server that ends a connection has refused unread.
  'grpc.service_config_disable_resolution': 1,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 500,
  'grpc.keepalive_time_ms': 30_000,
} as const;

/** Sends bytes to an RPC of another service and answers with bytes. Rejects with grpc-js's own error. */
export type RawCall = (
  method: string,
  request: Buffer,
  metadata: grpc.Metadata,
  deadline: number,
) => Promise<{ bytes: Buffer }>;

/** Opens a stream of bytes from an RPC of another service. */
export type RawStream = (
  method: string,
  request: Buffer,
  metadata: grpc.Metadata,
  options: grpc.CallOptions,
) => grpc.ClientReadableStream<Buffer>;

/** A channel to a service. Closing it ends its streams. */
export interface Channel {
  readonly send: RawCall;
  readonly watch: RawStream;
  readonly exchange: (method: string, metadata: grpc.Metadata) => grpc.ClientDuplexStream<Buffer, Buffer>;
  close(): void;
}

/** Opens a channel to a service and answers how to send bytes over it. */
export function openChannel(service: DescService, address: string, credentials: grpc.ChannelCredentials): Channel {
  const RawClient = grpc.makeGenericClientConstructor(definitionOf(service), service.typeName);
  const client = new RawClient(address, credentials, CHANNEL_OPTIONS);
  const pathOf = (method: string) => `/${service.typeName}/${method}`;
  const streams = new Set<grpc.Call>();
  function kept<T extends grpc.Call>(stream: T): T {
    streams.add(stream);
    // How a stream ends is told to whoever reads it; nobody may, as when a caller goes before the first message.
    (stream as NodeJS.EventEmitter).on('error', () => undefined);
    stream.once('status', () => streams.delete(stream));
    return stream;
  }
  return {
    send: (method, request, metadata, deadline) =>
      new Promise((resolve, reject) => {
        client.makeUnaryRequest(
          pathOf(method),
          passBytes,
          passBytes,
          request,
          metadata,
          { deadline },
          (error, bytes) => (error ? reject(error) : resolve({ bytes: bytes ?? Buffer.alloc(0) })),
        );
      }),
    watch: (method, request, metadata, options) =>
      kept(client.makeServerStreamRequest(pathOf(method), passBytes, passBytes, request, metadata, options)),
    exchange: (method, metadata) => kept(client.makeBidiStreamRequest(pathOf(method), passBytes, passBytes, metadata)),
    close() {
      for (const stream of streams) stream.cancel();
      client.close();
    },
  };
}

function passBytes(bytes: Buffer): Buffer {
  return bytes;
}

/** Makes a client of a service, which calls on nobody's behalf: the certificate of the connection says which workload calls. */
export function connect<S extends DescService>(
  service: S,
  address: string,
  credentials: grpc.ChannelCredentials,
): Client<S> {
  const channel = openChannel(service, address, credentials);
  return clientOver(service, channel, {
    async metadata(trace) {
      const metadata = new grpc.Metadata();
      metadata.set('traceparent', traceparentOf(trace ?? continueTrace(undefined)));
      return metadata;
    },
    deadline: (on) => (on ? on.deadline - MARGIN_MS : Date.now() + DEFAULT_DEADLINE_MS),
  });
}

/** How a client introduces itself, and how long it waits. */
export interface Manners {
  metadata(trace: Trace | undefined): Promise<grpc.Metadata>;
  deadline(on: Onwards | undefined): number;
}

/** Makes a client of a service over an open channel. */
export function clientOver<S extends DescService>(service: S, channel: Channel, manners: Manners): Client<S> {
  const functions = service.methods.map((method) => [method.localName, callerOf(method, channel, manners)]);
  return { ...Object.fromEntries(functions), close: channel.close } as Client<S>;
}

function callerOf(method: DescMethod, channel: Channel, { metadata, deadline }: Manners) {
  type Request = MessageInitShape<typeof method.input>;
  const bytesOf = (request: Request) => asBuffer(toBinary(method.input, create(method.input, request)));
  switch (method.methodKind) {
    case 'server_streaming':
      return async function* watch(request: Request, { trace, signal }: Opening = {}) {
        const opened = channel.watch(method.name, bytesOf(request), await metadata(trace), {});
        yield* messagesOf(method.output, opened, signal);
      };
    case 'bidi_streaming':
      return async ({ trace, signal }: Opening = {}) =>
        exchangeOver(method, channel.exchange(method.name, await metadata(trace)), signal);
    default:
      return async (request: Request, on?: Onwards) => {
        const until = deadline(on);
        if (until <= Date.now()) throw refuseCall('DEADLINE_PASSED');
        const shown = await metadata(on?.trace);
        const bytes = bytesOf(request);
        try {
          const reply = await channel.send(method.name, bytes, shown, until);
          return fromBinary(method.output, reply.bytes);
        } catch (error) {
          throw refusalFrom(error);
        }
      };
  }
}
