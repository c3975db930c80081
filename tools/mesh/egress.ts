// What leaves: through one gateway, to hosts that are named here. Each is spoken to over TLS by the service that needs it, which
// verifies it itself, so that nothing in between sees keys or messages: the gateway knows a connection by its SNI.

import { ISTIOD_PORT, inNamespace, pods, tcp } from './network.ts';
import type { KubeObject } from './objects.ts';
import { BANK, EGRESS, hostOf, PARTNERS, type Partner } from './places.ts';

const GATEWAY_PORT = 8443;
const GATEWAY_LABELS = { istio: 'egress' };

/** Everything that lets out. */
export function egressObjects(): KubeObject[] {
  return [...PARTNERS.flatMap((partner) => [entry(partner), route(partner)]), gateway(), policy(), networkPolicy()];
}

/** Where hosts of partners stand in these, for overlays to put their own in: by ConfigMap `hosts`. */
export function partnerReplacements(): object[] {
  return PARTNERS.map(({ name }, index) => ({
    source: { kind: 'ConfigMap', name: 'hosts', fieldPath: `data.${name}` },
    targets: [
      target('ServiceEntry', name, ['spec.hosts.0']),
      target('VirtualService', name, [
        'spec.hosts.0',
        'spec.tls.*.match.0.sniHosts.0',
        'spec.tls.1.route.0.destination.host',
      ]),
      target('Gateway', 'egress', [`spec.servers.${index}.hosts.0`]),
      target('AuthorizationPolicy', 'egress', [`spec.rules.0.when.0.values.${index}`]),
    ],
  }));
}

function target(kind: string, name: string, fieldPaths: readonly string[]): object {
  return { select: { kind, name, namespace: EGRESS }, fieldPaths };
}

function entry({ name, host, port, by }: Partner): KubeObject {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'ServiceEntry',
    // The linter wants to know who verifies it.
    metadata: { name, namespace: EGRESS, annotations: { 'corebank/tls-by': by } },
    spec: {
      exportTo: ['.', 'bank'],
      hosts: [host],
      location: 'MESH_EXTERNAL',
      resolution: 'DNS',
      ports: [{ name: 'tls', number: port, protocol: 'TLS' }],
    },
  };
}

/** From a service's sidecar to the gateway, and from the gateway out. */
function route({ name, host, port }: Partner): KubeObject {
  const hop = (from: string, at: number, to: string, toPort: number) => ({
    match: [{ gateways: [from], port: at, sniHosts: [host] }],
    route: [{ destination: { host: to, port: { number: toPort } } }],
  });
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name, namespace: EGRESS },
    spec: {
      exportTo: ['.', 'bank'],
      hosts: [host],
      gateways: ['mesh', `${EGRESS}/egress`],
      tls: [
        hop('mesh', port, hostOf('egress', EGRESS), GATEWAY_PORT),
        hop(`${EGRESS}/egress`, GATEWAY_PORT, host, port),
      ],
    },
  };
}

function gateway(): KubeObject {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'Gateway',
    metadata: { name: 'egress', namespace: EGRESS },
    spec: {
      selector: GATEWAY_LABELS,
      servers: PARTNERS.map(({ name, host }) => ({
        hosts: [host],
        port: { name: `tls-${name}`, number: GATEWAY_PORT, protocol: 'TLS' },
        tls: { mode: 'PASSTHROUGH' },
      })),
    },
  };
}

/** A connection that is passed through shows no identity: who may come, the network policy says. */
function policy(): KubeObject {
  return {
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata: { name: 'egress', namespace: EGRESS },
    spec: {
      selector: { matchLabels: GATEWAY_LABELS },
      action: 'ALLOW',
      rules: [
        {
          to: [{ operation: { ports: [String(GATEWAY_PORT)] } }],
          when: [{ key: 'connection.sni', values: PARTNERS.map(({ host }) => host) }],
        },
      ],
    },
  };
}

/** Where it may go beyond, the cluster's network says by addresses. */
function networkPolicy(): KubeObject {
  const callers = [...new Set(PARTNERS.map(({ by }) => by))].toSorted();
  const ports = [...new Set(PARTNERS.map(({ port }) => port))].toSorted((a, b) => a - b);
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'egress', namespace: EGRESS },
    spec: {
      podSelector: {},
      policyTypes: ['Egress', 'Ingress'],
      ingress: [{ from: callers.map((app) => ({ ...inNamespace(BANK), ...pods(app) })), ports: tcp(GATEWAY_PORT) }],
      egress: [{ ports: [...tcp(...ports, ISTIOD_PORT, 53), { protocol: 'UDP', port: 53 }] }],
    },
  };
}
