// gRPC health: of a service, and under the name `events` of its way to the bus. Whoever reaches the service may ask, and
// where that takes a certificate, probes without one ask at a port that has nothing else.
import * as grpc from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { listen } from './grpc.ts';

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
  const health = new HealthImplementation({ '': 'SERVING', [service]: 'SERVING', events: 'NOT_SERVING' });
  health.addToServer(server);
  const probed = new grpc.Server(PROBE_LIMITS);
  health.addToServer(probed);
  return {
    async openPort(host, port) {
      await listen(probed, host, port, grpc.ServerCredentials.createInsecure());
    },
    events: (flow) => health.setStatus('events', flow ? 'SERVING' : 'NOT_SERVING'),
    end() {
      for (const name of ['', service, 'events']) health.setStatus(name, 'NOT_SERVING');
    },
    close: () => probed.forceShutdown(),
  };
}
