// What each workload may do on the bus: what its relay, its consumers and its followers need, and nothing else. Whose events
// it may hear is the contract's to say (gen/bank/rules.ts); NATS holds each user to this.
import { hears, type Workload } from '#gen/bank/rules.ts';
import { durableOf, heartbeatSubject, inboxOf, PARTITIONS, streamOf } from './bus.ts';
import type { ServiceName } from './services.ts';

/** The subjects that a user of NATS may publish on, and subscribe to. */
export interface BusRights {
  readonly publish: readonly string[];
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
    subscribe: [`${inboxOf(service)}.>`],
  };
}

/** The rights of a workload that only follows: it keeps no durables, and listens to the producer's heartbeat. */
export function rightsOfFollower(workload: Workload): BusRights {
  const heard = hears[workload] ?? [];
  const calls = ['CONSUMER.CREATE', 'CONSUMER.INFO', 'CONSUMER.DELETE', 'CONSUMER.MSG.NEXT'];
  return {
    publish: heard.flatMap((producer) => [
      `${API}.STREAM.INFO.${streamOf(producer)}`,
      // Of its own naming, and of no other's durable: a name of one of those says more in its subject than one token.
      ...calls.flatMap((call) => [`${API}.${call}.${streamOf(producer)}`, `${API}.${call}.${streamOf(producer)}.*`]),
    ]),
    subscribe: [`${inboxOf(workload)}.>`, ...heard.map(heartbeatSubject)],
  };
}

/** What a consumer needs of a producer's stream: its durables by their names, and to see how far behind it is. */
function consuming(service: ServiceName, producer: Workload): string[] {
  const stream = streamOf(producer);
  const durables = Array.from({ length: PARTITIONS }, (_, partition) => durableOf(service, partition));
  return [
    `${API}.STREAM.INFO.${stream}`,
    `${API}.STREAM.MSG.GET.${stream}`,
    `${API}.CONSUMER.LIST.${stream}`,
    ...durables.flatMap((durable) => [
      `${API}.CONSUMER.CREATE.${stream}.${durable}.>`,
      ...['INFO', 'DELETE', 'MSG.NEXT'].map((call) => `${API}.CONSUMER.${call}.${stream}.${durable}`),
      `$JS.ACK.${stream}.${durable}.>`,
    ]),
  ];
}
