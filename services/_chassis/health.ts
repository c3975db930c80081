// gRPC health (grpc.health.v1): of a service, and under the name `events` of its way to the bus. Whoever reaches the service
// may ask, and where that takes a certificate, probes without one ask at a port that has nothing else.
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import {
  HealthCheckRequestSchema,
  HealthCheckResponseSchema,
  Health as HealthContract,
  HealthListResponseSchema,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from '#gen/grpc/health/v1/health_pb.ts';
import { asBuffer } from './encode.ts';
import { definitionOf, listen } from './grpc.ts';

/** What health checks are told. */
export interface Health {
  /** Answers at a port without TLS, too. */
  openPort(host: string, port: number): Promise<void>;
  /** Whether what is committed reaches the bus, as far as this process knows. Commands are served either way. */
  events(flow: boolean): void;
  /** The service takes no more calls. */
  end(): void;
  /** Closes that port. */
  close(): void;
}

/** A probe is a short message on a connection of its own. */
const PROBE_LIMITS = {
  'grpc.max_receive_message_length': 1_024,
  'grpc.max_concurrent_streams': 4,
  'grpc.max_connection_idle_ms': 60_000,
  'grpc.enable_channelz': 0,
} as const;

/** Adds health to the server of a service. */
export function addHealth(server: grpc.Server, service: string): Health {
  const statuses = new Statuses([
    ['', true],
    [service, true],
    ['events', false],
  ]);
  statuses.addTo(server);
  const probed = new grpc.Server(PROBE_LIMITS);
  statuses.addTo(probed);
  return {
    async openPort(host, port) {
      await listen(probed, host, port, grpc.ServerCredentials.createInsecure());
    },
    events: (flow) => statuses.set('events', flow),
    end() {
      for (const name of ['', service, 'events']) statuses.set(name, false);
    },
    close: () => probed.forceShutdown(),
  };
}

/** Whether each of what can be asked for serves, for whoever asks once and whoever watches. */
export class Statuses {
  readonly #serves: Map<string, boolean>;
  readonly #watchers = new Set<{ readonly name: string; readonly tell: () => void }>();

  constructor(serves: Iterable<readonly [name: string, serves: boolean]>) {
    this.#serves = new Map(serves);
  }

  set(name: string, serves: boolean): void {
    this.#serves.set(name, serves);
    for (const watcher of this.#watchers) if (watcher.name === name) watcher.tell();
  }

  /** Answers health checks at a server. */
  addTo(server: grpc.Server): void {
    server.addService(definitionOf(HealthContract), {
      check: ({ request }: grpc.ServerUnaryCall<Buffer, Buffer>, reply: grpc.sendUnaryData<Buffer>) => {
        const name = askedFor(request);
        if (name === undefined)
          return reply({ code: grpc.status.INVALID_ARGUMENT, details: 'the request is unreadable' });
        if (!this.#serves.has(name)) return reply({ code: grpc.status.NOT_FOUND, details: 'no such service is known' });
        return reply(null, bytesOf(HealthCheckResponseSchema, this.#statusOf(name)));
      },
      watch: (stream: grpc.ServerWritableStream<Buffer, Buffer>) => {
        const name = askedFor(stream.request) ?? '';
        const watcher = { name, tell: () => stream.write(bytesOf(HealthCheckResponseSchema, this.#statusOf(name))) };
        this.#watchers.add(watcher);
        stream.on('cancelled', () => this.#watchers.delete(watcher));
        watcher.tell();
      },
      list: (_call: grpc.ServerUnaryCall<Buffer, Buffer>, reply: grpc.sendUnaryData<Buffer>) => {
        const statuses = Object.fromEntries([...this.#serves.keys()].map((name) => [name, this.#statusOf(name)]));
        reply(null, bytesOf(HealthListResponseSchema, { statuses }));
      },
    });
  }

  #statusOf(name: string): MessageInitShape<typeof HealthCheckResponseSchema> {
    const serves = this.#serves.get(name);
    if (serves === undefined) return { status: ServingStatus.SERVICE_UNKNOWN };
    return { status: serves ? ServingStatus.SERVING : ServingStatus.NOT_SERVING };
  }
}

function askedFor(request: Buffer): string | undefined {
  try {
    return fromBinary(HealthCheckRequestSchema, request).service;
  } catch {
    return undefined;
  }
}

function bytesOf<S extends typeof HealthCheckResponseSchema | typeof HealthListResponseSchema>(
  schema: S,
  message: MessageInitShape<S>,
): Buffer {
  return asBuffer(toBinary(schema, create(schema, message)));
}
