// Who may call what, as Istio's policies: from the same rules as the services' interceptor and the edge's routes.
import { stringify } from 'yaml';
import { PLAIN_PATHS, type PlainPath } from '../../services/edge/plain-paths.ts';
import type { KubeObject } from './objects.ts';
import {
  BANK,
  GATEWAYS,
  gatewayAccount,
  INGRESS,
  MESSAGING,
  NATS_MONITOR_PORT,
  NATS_PORT,
  principal,
} from './places.ts';
import { callersOf, type Deployment, deploymentOf, deployments, EDGE, type MeshRpc, rpcs } from './workloads.ts';

interface Rule {
  readonly from: readonly { readonly source: { readonly principals: readonly string[] } }[];
  readonly to: readonly { readonly operation: { readonly [field: string]: readonly string[] } }[];
}

/** The policy of a deployment: nothing else gets in, since the root namespace denies what no policy allows. */
export function authorizationPolicy(deployment: Deployment): KubeObject {
  const rules = deployment.name === EDGE ? edgeRules(deployment) : serviceRules(deployment);
  return policy(deployment.name, BANK, { selector: selecting(deployment.name), action: 'ALLOW', rules });
}

/** Who may speak to NATS: every deployment, and its own members among themselves. What is said on which subject, it does not see. */
export function busPolicy(): KubeObject {
  const clients = deployments.map(({ identity }) => principal(BANK, identity)).toSorted();
  const to = (...ports: number[]) => [{ operation: { ports: ports.map(String) } }];
  return policy('nats', MESSAGING, {
    selector: { matchLabels: { 'app.kubernetes.io/name': 'nats' } },
    action: 'ALLOW',
    rules: [
      { from: [{ source: { principals: clients } }], to: to(NATS_PORT) },
      { from: [{ source: { principals: [principal(MESSAGING, 'nats')] } }], to: to(NATS_PORT, 6222) },
      { from: [{ source: { principals: [principal('keda', 'keda-operator')] } }], to: to(NATS_MONITOR_PORT) },
    ],
  });
}

function policy(name: string, namespace: string, spec: object): KubeObject {
  return { apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata: { name, namespace }, spec };
}

function selecting(app: string) {
  return { matchLabels: { app } };
}

/** With ambient alone: what comes past the waypoint is refused at the pod. */
export function bypassPolicy({ name }: Deployment): KubeObject {
  const rules = [{ from: [{ source: { notPrincipals: [principal(BANK, 'waypoint')] } }] }];
  return policy(`${name}-past-waypoint`, BANK, { selector: selecting(name), action: 'DENY', rules });
}

/** With ambient alone: waypoints enforce what is bound to the Service that they stand before. */
export function waypointPatch({ name }: Deployment): object {
  const operations = [
    { op: 'remove', path: '/spec/selector' },
    { op: 'add', path: '/spec/targetRefs', value: [{ group: '', kind: 'Service', name }] },
  ];
  return { target: { kind: 'AuthorizationPolicy', name, namespace: BANK }, patch: stringify(operations) };
}

/** Tokens that are none are refused before the service; that there is one where one is needed, the service sees to. */
export function requestAuthentication({ name }: Deployment): KubeObject {
  return {
    apiVersion: 'security.istio.io/v1',
    kind: 'RequestAuthentication',
    metadata: { name, namespace: BANK },
    spec: {
      selector: selecting(name),
      jwtRules: [
        {
          issuer: 'corebank',
          audiences: [name],
          jwksUri: `https://api.bank.example${PLAIN_PATHS.keys.path}`,
          forwardOriginalToken: true,
        },
      ],
    },
  };
}

/** One rule for each set of callers that RPCs have in common. */
function serviceRules({ name, ports }: Deployment): Rule[] {
  const groups = new Map<string, { callers: readonly Deployment[]; paths: string[] }>();
  for (const rpc of rpcs.filter(({ service }) => service === name)) {
    const callers = callersThatRun(rpc);
    if (callers.length === 0) continue;
    const key = callers.map((caller) => caller.name).join(' ');
    const group = groups.get(key) ?? { callers, paths: [] };
    group.paths.push(rpc.path);
    groups.set(key, group);
  }
  return [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { callers, paths }]) => ({
      from: [{ source: { principals: callers.map(({ identity }) => principal(BANK, identity)).toSorted() } }],
      to: [{ operation: { methods: ['POST'], paths, ports: ports.map(({ number }) => String(number)) } }],
    }));
}

/** A workload that nothing runs as yet gets in nowhere. */
function callersThatRun({ service, rule }: MeshRpc): readonly Deployment[] {
  const known = callersOf(service).map(({ name }) => name);
  return rule.callers
    .flatMap((caller) => deploymentOf(caller) ?? [])
    .filter(({ name }) => known.includes(name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Each gateway gets as far as the contract's grants to those who come through it. */
function edgeRules({ ports }: Deployment): Rule[] {
  const portOf = (name: string) => ports.filter((port) => port.name === name).map(({ number }) => String(number));
  const published = GATEWAYS.flatMap(({ name, audiences, port }): Rule[] => {
    const paths = pathsFor(audiences);
    if (paths.length === 0) return [];
    // Browsers ask first whether they may.
    const methods = port === 'http' ? ['OPTIONS', 'POST'] : ['POST'];
    return [
      {
        from: [{ source: { principals: [principal(INGRESS, gatewayAccount(name))] } }],
        to: [{ operation: { methods, paths, ports: portOf(port) } }],
      },
    ];
  });
  return [...published, plainRule('everywhere', ports, ['public'])];
}

/** What is no RPC: the issuer of tokens is where everybody is, so whoever asks for it comes through the public gateway. */
function plainRule(where: PlainPath['where'], ports: Deployment['ports'], gateways: readonly string[]): Rule {
  const plain = Object.values<PlainPath>(PLAIN_PATHS).filter((one) => one.where === where);
  const numbers = ports.filter(({ name }) => name === 'http').map(({ number }) => String(number));
  return {
    from: [{ source: { principals: gateways.map((gateway) => principal(INGRESS, gatewayAccount(gateway))) } }],
    to: plain.map(({ path, method }) => ({
      operation: { methods: where === 'development' ? ['OPTIONS', method] : [method], paths: [path], ports: numbers },
    })),
  };
}

/** For a development bank alone, which is on no cluster: what gives tokens to anybody, browsers too, and no overlay may have. */
export function developmentPolicy({ name, ports }: Deployment): KubeObject {
  const rules = [plainRule('development', ports, ['back-office', 'public'])];
  return policy(`${name}-development`, BANK, { selector: selecting(name), action: 'ALLOW', rules });
}

/** The published RPCs that are open to any of these. */
export function pathsFor(audiences: readonly string[]): string[] {
  const open = rpcs.filter(({ rule }) => rule.edge && rule.grants.some(({ audience }) => audiences.includes(audience)));
  // What every service answers is one path at the edge.
  return [...new Set(open.map(({ path }) => path))];
}
