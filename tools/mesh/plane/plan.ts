// What the manifests tell one sidecar: who it is, whom it lets in, and where what its own program calls is sent. As istiod would,
// as far as the bank's own objects go.
import { ofKind, type Pods, selected, type World } from '../lint/world.ts';
import { at, list, selects, strings, textOf } from '../objects.ts';
import { ISTIO } from '../places.ts';
import { compile } from '../rbac/compile.ts';
import { type Call, evaluate } from '../rbac/evaluate.ts';

/** Where a call goes, who must answer there, and when it is made again. */
export interface Route {
  readonly host: string;
  readonly port: number;
  /** The SPIFFE id that whoever answers has to show. */
  readonly serverId: string;
  readonly attempts: number;
  readonly retryOn: readonly string[];
}

/** A port that a pod's Service has. */
export interface InboundPort {
  readonly number: number;
  readonly protocol: 'grpc' | 'http';
}

/** A sidecar as its pod's manifests want it. */
export interface Plan {
  readonly id: string;
  readonly inbound: readonly InboundPort[];
  /** Whether a call gets in, by all policies that are for the pod. */
  allows(call: Call): boolean;
  /** Where a call by the pod's program goes; undefined where it knows of no such place. */
  route(host: string, path: string): Route | undefined;
}

/** The plan for pods of a world. Throws where they are outside of the mesh, or some of it would speak in clear. */
export function planOf(world: World, pods: Pods): Plan {
  if (pods.principal === undefined) throw new Error('these pods have no sidecar');
  requireStrict(world);
  const access = accessOf(world, pods);
  const known = knownTo(world, pods);
  return {
    id: `spiffe://${pods.principal}`,
    inbound: pods.ports.map(({ name, containerPort }) => ({
      number: containerPort,
      protocol: name === 'http' ? 'http' : 'grpc',
    })),
    allows: access,
    route: (host, path) => (known(host) ? routeTo(world, host, path) : undefined),
  };
}

/** The pods of an app in a namespace, or of a gateway. */
export function podsNamed(world: World, namespace: string, name: string): Pods {
  const found = world.pods.find(
    ({ namespace: own, labels }) =>
      own === namespace &&
      [at(labels, 'app'), at(labels, 'gateway.networking.k8s.io/gateway-name')].includes(name) &&
      at(labels, 'sidecar.istio.io/inject') !== 'false',
  );
  if (!found) throw new Error(`there are no pods of ${namespace}/${name}`);
  return found;
}

function requireStrict(world: World): void {
  const modes = ofKind(world.objects, 'PeerAuthentication').map((one) => at(one, 'spec', 'mtls', 'mode'));
  if (modes.length === 0 || modes.some((mode) => mode !== 'STRICT')) throw new Error('mTLS is not STRICT');
}

/** DENY keeps out whatever else there is; where any ALLOW is for the pod, one of them has to be about the call. */
function accessOf(world: World, pods: Pods): Plan['allows'] {
  const own = ofKind(world.objects, 'AuthorizationPolicy').filter((policy) => {
    const { namespace } = policy.metadata;
    const isNear = namespace === ISTIO || namespace === pods.namespace;
    return isNear && selects(at(policy, 'spec', 'selector', 'matchLabels'), pods.labels);
  });
  const [deny, allow] = [compile(own, 'DENY'), compile(own, 'ALLOW')];
  const hasAllow = Object.keys(allow.policies).length > 0;
  return (call) => evaluate(deny, call) && (!hasAllow || evaluate(allow, call));
}

/** The hosts that its Sidecar lists. A gateway has none, and knows what its routes name. */
function knownTo(world: World, pods: Pods): (host: string) => boolean {
  const gateway = at(pods.labels, 'gateway.networking.k8s.io/gateway-name');
  if (gateway !== undefined) {
    const routes = [...ofKind(world.objects, 'HTTPRoute'), ...ofKind(world.objects, 'GRPCRoute')].filter((route) =>
      list(at(route, 'spec', 'parentRefs')).some((ref) => at(ref, 'name') === gateway),
    );
    const hosts = routes
      .flatMap((route) => list(at(route, 'spec', 'rules')))
      .flatMap((rule) => list(at(rule, 'backendRefs')))
      .map(
        (ref) =>
          `${textOf(at(ref, 'name'))}.${textOf(at(ref, 'namespace'))}.svc.cluster.local:${textOf(at(ref, 'port'))}`,
      );
    return (host) => hosts.includes(host);
  }
  const own = ofKind(world.objects, 'Sidecar').find(
    ({ metadata, ...sidecar }) =>
      metadata.namespace === pods.namespace &&
      selects(at(sidecar, 'spec', 'workloadSelector', 'labels') ?? { app: undefined }, pods.labels),
  );
  const listed = list(at(own, 'spec', 'egress'))
    .flatMap((egress) => strings(at(egress, 'hosts')))
    .map((entry) => entry.slice(entry.indexOf('/') + 1));
  return (host) => listed.includes(host.replace(/:\d+$/, ''));
}

function routeTo(world: World, host: string, path: string): Route | undefined {
  const [name = '', port] = host.split(':');
  const [serviceName = '', namespace = ''] = name.split('.');
  const service = ofKind(world.objects, 'Service').find(
    ({ metadata }) => metadata.name === serviceName && metadata.namespace === namespace,
  );
  const [backend] = selected(world, namespace, at(service, 'spec', 'selector') ?? { app: undefined });
  if (!service || backend?.principal === undefined) return undefined;
  const to = { host: name, port: Number(port), serverId: `spiffe://${backend.principal}` };
  const routes = ofKind(world.objects, 'VirtualService').filter((one) =>
    strings(at(one, 'spec', 'hosts')).includes(name),
  );
  if (routes.length === 0) return { ...to, attempts: 0, retryOn: [] };
  const found = routes
    .flatMap((one) => list(at(one, 'spec', 'http')))
    .find((route) => list(at(route, 'match')).some((match) => at(match, 'uri', 'exact') === path));
  return found === undefined ? undefined : { ...to, ...retriesOf(found) };
}

function retriesOf(route: unknown): Pick<Route, 'attempts' | 'retryOn'> {
  const retries = at(route, 'retries');
  return { attempts: Number(at(retries, 'attempts') ?? 0), retryOn: textOf(at(retries, 'retryOn') ?? '').split(',') };
}
