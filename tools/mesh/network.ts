// Network policies: pairs of them, one on each side of every edge of the call graph.
import type { KubeObject } from './objects.ts';
import {
  BANK,
  DATA,
  EGRESS,
  INGRESS,
  ISTIO,
  leaves,
  MESSAGING,
  NATS_PORT,
  OBSERVABILITY,
  POSTGRES_PORT,
  sendsWebhooks,
} from './places.ts';
import { callersOf, type Deployment, deploymentNamed, EDGE } from './workloads.ts';

const TELEMETRY_PORT = 4317;
/** Where istiod gives out certificates and configuration. */
export const ISTIOD_PORT = 15012;
/** Where the agent shows the metrics of pod and sidecar together. */
const METRICS_PORT = 15020;

/** The public internet: what is not private, shared, local or the machine itself. The service holds each webhook to more than that. */
const PUBLIC = [
  {
    ipBlock: {
      cidr: '0.0.0.0/0',
      except: [
        '0.0.0.0/8',
        '10.0.0.0/8',
        '100.64.0.0/10',
        '127.0.0.0/8',
        '169.254.0.0/16',
        '172.16.0.0/12',
        '192.168.0.0/16',
      ],
    },
  },
  { ipBlock: { cidr: '2000::/3' } },
];

const NAMESPACE_LABEL = 'kubernetes.io/metadata.name';

/** Who reaches a deployment's pods, and whom they reach. */
export function networkPolicy(deployment: Deployment): KubeObject {
  const { name } = deployment;
  return policy(name, { app: name }, [...ingressOf(deployment), metrics()], egressOf(deployment));
}

/** What migrates a database reaches that and nothing else; it has no sidecar. */
export function migrationNetworkPolicy({ name }: Deployment): KubeObject {
  return policy(`${name}-migration`, { app: `${name}-migration` }, [], [dns(), database(name)]);
}

/** A cluster of PostgreSQL is reached by its one service, its migration, its operator and itself. */
export function databaseNetworkPolicy({ name }: Deployment): KubeObject {
  const instances = { podSelector: { matchLabels: { 'cnpg.io/cluster': name } } };
  const clients = [name, `${name}-migration`].map((app) => ({ ...inNamespace(BANK), ...pods(app) }));
  const operator = { ...inNamespace('cnpg-system'), podSelector: {} };
  return {
    ...policy(
      name,
      { 'cnpg.io/cluster': name },
      [
        { from: clients, ports: tcp(POSTGRES_PORT) },
        { from: [operator], ports: tcp(POSTGRES_PORT, 8000) },
        { from: [instances], ports: tcp(POSTGRES_PORT, 8000) },
        { from: [{ ...inNamespace(OBSERVABILITY), podSelector: {} }], ports: tcp(9187) },
      ],
      [
        dns(),
        { to: [instances], ports: tcp(POSTGRES_PORT, 8000) },
        // The API server and the bucket of backups, whose addresses only the cluster's owner knows.
        { ports: tcp(443, 6443) },
      ],
    ),
    metadata: { name, namespace: DATA },
  };
}

function policy(name: string, labels: object, ingress: readonly object[], egress: readonly object[]): KubeObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace: BANK },
    spec: { podSelector: { matchLabels: labels }, policyTypes: ['Egress', 'Ingress'], ingress, egress },
  };
}

function ingressOf({ name, ports }: Deployment): object[] {
  const numbers = tcp(...ports.map(({ number }) => number));
  if (name === EDGE) return [{ from: [{ ...inNamespace(INGRESS), podSelector: {} }], ports: numbers }];
  const callers = callersOf(name);
  return callers.length === 0 ? [] : [{ from: callers.map((caller) => pods(caller.name)), ports: numbers }];
}

function egressOf({ name, calls, hasDatabase }: Deployment): object[] {
  return [
    dns(),
    { to: [{ ...inNamespace(ISTIO), ...pods('istiod') }], ports: tcp(ISTIOD_PORT) },
    ...calls.map((callee) => ({
      to: [pods(callee)],
      ports: tcp(...deploymentNamed(callee).ports.map((p) => p.number)),
    })),
    ...(hasDatabase ? [database(name)] : []),
    { to: [{ ...inNamespace(MESSAGING), podSelector: {} }], ports: tcp(NATS_PORT) },
    { to: [{ ...inNamespace(OBSERVABILITY), podSelector: {} }], ports: tcp(TELEMETRY_PORT) },
    ...(leaves(name) ? [{ to: [{ ...inNamespace(EGRESS), podSelector: {} }], ports: tcp(8443) }] : []),
    ...(sendsWebhooks(name) ? [{ to: PUBLIC, ports: tcp(443) }] : []),
  ];
}

function database(name: string): object {
  const cluster = { podSelector: { matchLabels: { 'cnpg.io/cluster': name } } };
  return { to: [{ ...inNamespace(DATA), ...cluster }], ports: tcp(POSTGRES_PORT) };
}

function metrics(): object {
  return { from: [{ ...inNamespace(OBSERVABILITY), podSelector: {} }], ports: tcp(METRICS_PORT) };
}

function dns(): object {
  const ports = ['UDP', 'TCP'].map((protocol) => ({ protocol, port: 53 }));
  return { to: [{ ...inNamespace('kube-system'), podSelector: {} }], ports };
}

/** Pods of a namespace. */
export function inNamespace(name: string) {
  return { namespaceSelector: { matchLabels: { [NAMESPACE_LABEL]: name } } };
}

/** Pods of an app. */
export function pods(app: string) {
  return { podSelector: { matchLabels: { app } } };
}

/** Ports of TCP. */
export function tcp(...ports: number[]) {
  return ports.map((port) => ({ protocol: 'TCP', port }));
}
