// What each workload may do on the bus: what its relay, its consumers and its followers need, and nothing else. Whose events
// it may hear is the contract's to say (gen/bank/rules.ts); NATS holds each user to this.
import { hears, type Workload } from '#gen/bank/rules.ts';
import { durableOf, heartbeatSubject, inboxOf, PARTITIONS, streamOf } from './bus.ts';
import type { ServiceName } from './services.ts';

/** The subjects that a user of NATS may publish on, and subscribe to. */
export interface BusRights {
  readonly publish: readonly string[];
  /** Of these, the ones that it may not. */
  readonly publishDenied: readonly string[];
  readonly subscribe: readonly string[];
}

const API = '$JS.API';

/** The rights of a service, which publishes events of its own. */
export function rightsOfService(service: ServiceName): BusRights {
  const own = streamOf(service);
  // Who may delete its stream loses nothing that is not in its outbox; of the stream's messages, none can be deleted or purged.
  const calls = ['CREATE', 'UPDATE', 'INFO', 'DELETE', 'MSG.GET'].map((call) => `${API}.STREAM.${call}.${own}`);
  const heard = hears[service] ?? [];
  return {
    publish: [`bank.${service}.v1.>`, ...calls, ...heard.flatMap((producer) => consuming(service, producer))],
    publishDenied: [],
    subscribe: [`${inboxOf(service)}.>`],
  };
}

/** The rights of a workload that only follows: it keeps no durables, and listens to the producer's heartbeat. */
export function rightsOfFollower(workload: Workload): BusRights {
  const heard = hears[workload] ?? [];
  const calls = ['CREATE', 'INFO', 'DELETE', 'MSG.NEXT'].map((call) => `${API}.CONSUMER.${call}`);
  return {
    publish: heard.flatMap((producer) => [
      `${API}.STREAM.INFO.${streamOf(producer)}`,
      `${API}.CONSUMER.CREATE.${streamOf(producer)}`,
      ...calls.map((call) => `${call}.${streamOf(producer)}.*`),
    ]),
    // NATS names its consumers, so that any name is allowed but those of the durables of others.
    publishDenied: heard.flatMap((producer) =>
      consumersOf(producer).flatMap((service) =>
        durablesOf(service).flatMap((durable) => calls.map((call) => `${call}.${streamOf(producer)}.${durable}`)),
      ),
    ),
    subscribe: [`${inboxOf(workload)}.>`, ...heard.map(heartbeatSubject)],
  };
}

/** What a consumer needs of a producer's stream: its durables by their names, and to see how far behind it is. */
function consuming(service: ServiceName, producer: Workload): string[] {
  const stream = streamOf(producer);
  return [
    `${API}.STREAM.INFO.${stream}`,
    `${API}.STREAM.MSG.GET.${stream}`,
    `${API}.CONSUMER.LIST.${stream}`,
    ...durablesOf(service).flatMap((durable) => [
      `${API}.CONSUMER.CREATE.${stream}.${durable}.>`,
      ...['INFO', 'DELETE', 'MSG.NEXT'].map((call) => `${API}.CONSUMER.${call}.${stream}.${durable}`),
      `$JS.ACK.${stream}.${durable}.>`,
    ]),
  ];
}

function durablesOf(service: string): string[] {
  return Array.from({ length: PARTITIONS }, (_, partition) => durableOf(service, partition));
}

/** Who may hear a producer. */
function consumersOf(producer: Workload): string[] {
  return Object.entries(hears).flatMap(([workload, producers]) => (producers.includes(producer) ? [workload] : []));
}
