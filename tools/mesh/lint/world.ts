// What is there, for rules that look from one object at others: pods, accounts, hosts; and what the charts of others bring.

import { at, fields, type KubeObject, list, selects, textOf } from '../objects.ts';
import {
  BANK,
  EGRESS,
  gatewayAccount,
  hostOf,
  MESSAGING,
  NATS_MONITOR_PORT,
  NATS_PORT,
  principal,
  TRUST_DOMAIN,
} from '../places.ts';

/** Pods by what selects them, and who they are. */
export interface Pods {
  readonly namespace: string;
  readonly labels: unknown;
  /** `corebank.internal/ns/bank/sa/ledger`; undefined for those without a sidecar. */
  readonly principal: string | undefined;
  readonly ports: readonly { readonly name?: string; readonly containerPort: number }[];
  /** The Deployment or Job; undefined for pods that a chart brings. */
  readonly owner: KubeObject | undefined;
}

export interface World {
  readonly objects: readonly KubeObject[];
  readonly trustDomain: string;
  readonly pods: readonly Pods[];
  readonly principals: ReadonlySet<string>;
  /** The ports of each host that calls can be sent to. */
  readonly hosts: ReadonlyMap<string, readonly number[]>;
}

const NATS = { 'app.kubernetes.io/name': 'nats' };

/** Looks around. The trust domain is that of ConfigMap `bank`. */
export function worldOf(objects: readonly KubeObject[]): World {
  const settings = objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'bank');
  const trustDomain = textOf(at(settings, 'data', 'TRUST_DOMAIN') ?? TRUST_DOMAIN);
  const identity = (namespace: string, account: string) =>
    principal(namespace, account).replace(TRUST_DOMAIN, () => trustDomain);
  const gateways = ofKind(objects, 'Gateway').filter(({ apiVersion }) => apiVersion.startsWith('gateway.'));
  const pods = [
    ...objects.flatMap((object) => podsOf(object, identity)),
    ...gateways.map(({ metadata }) => ({
      namespace: metadata.namespace ?? '',
      labels: { 'gateway.networking.k8s.io/gateway-name': metadata.name },
      principal: identity(metadata.namespace ?? '', gatewayAccount(metadata.name)),
      ports: [],
      owner: undefined,
    })),
    // By the charts of mesh/istio/values.
    { namespace: MESSAGING, labels: NATS, principal: identity(MESSAGING, 'nats'), ports: [], owner: undefined },
    {
      namespace: EGRESS,
      labels: { istio: 'egress' },
      principal: identity(EGRESS, 'egress'),
      ports: [],
      owner: undefined,
    },
  ];
  const principals = new Set([
    ...pods.flatMap((one) => one.principal ?? []),
    identity(BANK, 'waypoint'),
    identity('keda', 'keda-operator'),
  ]);
  return { objects, trustDomain, pods, principals, hosts: hostsOf(objects) };
}

/** The objects of one kind. */
export function ofKind(objects: readonly KubeObject[], kind: string): KubeObject[] {
  return objects.filter((object) => object.kind === kind);
}

/** The pods of a namespace that a selector is for. */
export function selected(world: World, namespace: string | undefined, labels: unknown): readonly Pods[] {
  return world.pods.filter((pods) => pods.namespace === namespace && selects(labels, pods.labels));
}

function podsOf(object: KubeObject, identity: (namespace: string, account: string) => string): Pods[] {
  if (object.kind !== 'Deployment' && object.kind !== 'Job') return [];
  const template = at(object, 'spec', 'template');
  const labels = at(template, 'metadata', 'labels');
  const namespace = object.metadata.namespace ?? '';
  const hasSidecar = at(labels, 'sidecar.istio.io/inject') !== 'false';
  const account = textOf(at(template, 'spec', 'serviceAccountName') ?? 'default');
  const ports = list(at(template, 'spec', 'containers')).flatMap((one) => list(at(one, 'ports')));
  return [
    {
      namespace,
      labels,
      principal: hasSidecar ? identity(namespace, account) : undefined,
      ports: ports as Pods['ports'],
      owner: object,
    },
  ];
}

function hostsOf(objects: readonly KubeObject[]): Map<string, readonly number[]> {
  const services = ofKind(objects, 'Service').map(
    ({ metadata, ...service }) =>
      [hostOf(metadata.name, metadata.namespace), portsOf(at(service, 'spec'), 'port')] as const,
  );
  const entries = ofKind(objects, 'ServiceEntry').flatMap((entry) =>
    list(at(entry, 'spec', 'hosts')).map((host) => [textOf(host), portsOf(at(entry, 'spec'), 'number')] as const),
  );
  const databases = ofKind(objects, 'Cluster').map(
    ({ metadata }) => [hostOf(`${metadata.name}-rw`, metadata.namespace), [5432]] as const,
  );
  const charts = [
    [hostOf('nats', MESSAGING), [NATS_PORT, NATS_MONITOR_PORT]],
    [hostOf('egress', EGRESS), [8443]],
  ] as const;
  return new Map<string, readonly number[]>([...services, ...entries, ...databases, ...charts]);
}

function portsOf(spec: unknown, field: string): number[] {
  return list(at(spec, 'ports')).flatMap((port) =>
    fields(port).flatMap(([key, value]) => (key === field ? Number(value) : [])),
  );
}
