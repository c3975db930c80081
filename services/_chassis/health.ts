// gRPC health: of a service, and under the name `events` of its way to the bus.
import type * as grpc from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';

/** What health checks are told. */
export interface Health {
  /** Whether what is committed reaches the bus, as far as this process knows. Commands are served either way. */
  events(flow: boolean): void;
  /** The service takes no more calls. */
  end(): void;
}

/** Adds health to the server of a service. */
export function addHealth(server: grpc.Server, service: string): Health {
  const health = new HealthImplementation({ '': 'SERVING', [service]: 'SERVING', events: 'NOT_SERVING' });
  health.addToServer(server);
  return {
    events: (flow) => health.setStatus('events', flow ? 'SERVING' : 'NOT_SERVING'),
    end() {
      for (const name of ['', service, 'events']) health.setStatus(name, 'NOT_SERVING');
    },
  };
}
