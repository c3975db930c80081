// A typed client of another service, made from the same descriptors as its server.
import type { DescMethodUnary, DescService, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import type { Call } from './call-context.ts';
import { refuseCall } from './errors.ts';
import { CHANNEL_LIMITS, definitionOf, refusalFrom } from './grpc.ts';
import { asBuffer } from './outbox.ts';
import { DEFAULT_DEADLINE_MS } from './serve.ts';
import { continueTrace, traceparentOf } from './trace.ts';

/** The clients of a service: one function per RPC. They throw the other service's refusals. */
export type Client<S extends DescService> = {
  readonly [Name in keyof S['method']]: S['method'][Name] extends DescMethodUnary<infer Input, infer Output>
    ? (request: MessageInitShape<Input>, on?: Onwards) => Promise<MessageShape<Output>>
    : never;
} & { readonly close: () => void };

/** The part of a call that is passed on. */
export type Onwards = Pick<Call, 'deadline' | 'trace'>;

/** Taken off the deadline that is passed on, so that there is time left to answer. */
export const MARGIN_MS = 20;

const CHANNEL_OPTIONS = {
  ...CHANNEL_LIMITS,
  // One layer retries, and it is not this one: commands are repeated by their key.
  'grpc.enable_retries': 0,
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

/** Opens a channel to a service and answers how to send bytes over it. */
export function openChannel(service: DescService, address: string): { send: RawCall; close: () => void } {
  const RawClient = grpc.makeGenericClientConstructor(definitionOf(service), service.typeName);
  const client = new RawClient(address, grpc.credentials.createInsecure(), CHANNEL_OPTIONS);
  return {
    send: (method, request, metadata, deadline) =>
      new Promise((resolve, reject) => {
        client.makeUnaryRequest(
          `/${service.typeName}/${method}`,
          (bytes: Buffer) => bytes,
          (bytes: Buffer) => bytes,
          request,
          metadata,
          { deadline },
          (error, bytes) => (error ? reject(error) : resolve({ bytes: bytes ?? Buffer.alloc(0) })),
        );
      }),
    close: () => client.close(),
  };
}

/** Makes a client of a service. `token` answers the caller's own internal token for it. */
export function connect<S extends DescService>(service: S, address: string, token: () => Promise<string>): Client<S> {
  const channel = openChannel(service, address);
  const functions = (service.methods as readonly DescMethodUnary[]).map((method) => [
    method.localName,
    async (request: MessageInitShape<typeof method.input>, on?: Onwards) => {
      const deadline = on ? on.deadline - MARGIN_MS : Date.now() + DEFAULT_DEADLINE_MS;
      if (deadline <= Date.now()) throw refuseCall('DEADLINE_PASSED');
      const metadata = new grpc.Metadata();
      metadata.set('authorization', `Bearer ${await token()}`);
      metadata.set('traceparent', traceparentOf(on?.trace ?? continueTrace(undefined)));
      const bytes = asBuffer(toBinary(method.input, create(method.input, request)));
      try {
        const reply = await channel.send(method.name, bytes, metadata, deadline);
        return fromBinary(method.output, reply.bytes);
      } catch (error) {
        throw refusalFrom(error);
      }
    },
  ]);
  return { ...Object.fromEntries(functions), close: channel.close } as Client<S>;
}
