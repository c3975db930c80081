// How many pods there are of a deployment: by processor, and of what consumes events also by how far it is behind.
import { durableOf, PARTITIONS, streamOf } from '#chassis/bus.ts';
import type { Subscription } from '#chassis/subscription.ts';
import { account } from '../../services/account/service.ts';
import { audit } from '../../services/audit/service.ts';
import { customer } from '../../services/customer/service.ts';
import { integration } from '../../services/integration/service.ts';
import { ledger } from '../../services/ledger/service.ts';
import { notification } from '../../services/notification/service.ts';
import { security } from '../../services/security/service.ts';
import { transaction } from '../../services/transaction/service.ts';
import type { KubeObject } from './objects.ts';
import { BANK, hostOf, MESSAGING, NATS_MONITOR_PORT } from './places.ts';
import type { Deployment } from './workloads.ts';

/** Nothing is one process's core yet, and one more pod is begun: one process is one core. */
const CPU = '700m';
/** So many events of a partition may wait for each pod: a few seconds' work. */
const LAG = 1_000;

/** Up at once, down slowly: a pod that stops drains. */
const BEHAVIOR = { scaleDown: { stabilizationWindowSeconds: 300 } };
const [FEWEST, MOST] = [2, 6];

const definitions = [account, audit, customer, integration, ledger, notification, security, transaction];

/** Subscriptions are made with a context, of which nothing is used before an event comes: this has whatever is asked for. */
const nothing: object = new Proxy(() => nothing, {
  get: (_, name) => (name === Symbol.toPrimitive ? () => '' : nothing),
});

/** The services whose events a deployment consumes, as its code says. */
export function producersFor({ name }: Pick<Deployment, 'name'>): readonly string[] {
  const definition = definitions.find((one) => one.name === name);
  const subscriptions = definition?.subscriptions as ((context: never) => readonly Subscription[]) | undefined;
  return [...new Set((subscriptions?.(nothing as never) ?? []).map(({ producer }) => producer))].toSorted();
}

/** What keeps enough pods of a deployment up. KEDA makes an autoscaler of its own, and two would be at odds. */
export function scaler(deployment: Deployment): KubeObject {
  const producers = producersFor(deployment);
  return producers.length === 0 ? autoscaler(deployment) : lagScaler(deployment, producers);
}

function autoscaler({ name }: Deployment): KubeObject {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, namespace: BANK },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: FEWEST,
      maxReplicas: MOST,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'AverageValue', averageValue: CPU } } }],
      behavior: BEHAVIOR,
    },
  };
}

function lagScaler({ name }: Deployment, producers: readonly string[]): KubeObject {
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) => partition);
  return {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name, namespace: BANK },
    spec: {
      scaleTargetRef: { name },
      minReplicaCount: FEWEST,
      maxReplicaCount: MOST,
      advanced: { horizontalPodAutoscalerConfig: { behavior: BEHAVIOR } },
      triggers: [
        { type: 'cpu', metricType: 'AverageValue', metadata: { value: CPU } },
        ...producers.flatMap((producer) => partitions.map((partition) => lagOf(name, producer, partition))),
      ],
    },
  };
}

/** NATS has no accounts of the bank's: everything is in its own, `$G`. */
function lagOf(consumer: string, producer: string, partition: number): object {
  return {
    type: 'nats-jetstream',
    metadata: {
      natsServerMonitoringEndpoint: `${hostOf('nats', MESSAGING)}:${NATS_MONITOR_PORT}`,
      account: '$G',
      stream: streamOf(producer),
      consumer: durableOf(consumer, partition),
      lagThreshold: String(LAG),
    },
  };
}
