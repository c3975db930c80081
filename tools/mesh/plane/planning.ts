// Plans of sidecars from the manifests: as istiod makes them, as far as the bank's own objects go.
import { ofKind, type Pods, selected, type World } from '../lint/world.ts';
import { at, type KubeObject, list, selects, strings, textOf } from '../objects.ts';
import { hostOf, ISTIO } from '../places.ts';
import { compile } from '../rbac/compile.ts';
import type { Plan, Route } from './plan.ts';

/** The plan for pods of a world. Throws where they are outside of the mesh, or some of it would speak in clear. */
export function planOf(world: World, pods: Pods): Plan {
  if (pods.principal === undefined) throw new Error('these pods have no sidecar');
  requireStrict(world);
  const own = policiesFor(world, pods);
  const allow = compile(own, 'ALLOW');
  return {
    id: `spiffe://${pods.principal}`,
    inbound: pods.ports.map(({ name, containerPort }) => ({
      number: containerPort,
      protocol: name === 'http' ? 'http' : 'grpc',
    })),
    deny: compile(own, 'DENY'),
    allow: Object.keys(allow.policies).length > 0 ? allow : undefined,
    calls: Object.fromEntries(
      placesKnownTo(world, pods).flatMap((place) => {
        const routes = routesTo(world, place);
        return routes ? [[place, routes]] : [];
      }),
    ),
  };
}

/** The pods of an app in a namespace, or of a gateway. */
export function podsNamed(world: World, namespace: string, name: string): Pods {
  const found = world.pods.find(
    ({ namespace: own, labels }) =>
      own === namespace &&
      [at(labels, 'app'), at(labels, GATEWAY)].includes(name) &&
      at(labels, 'sidecar.istio.io/inject') !== 'false',
  );
  if (!found) throw new Error(`there are no pods of ${namespace}/${name}`);
  return found;
}

const GATEWAY = 'gateway.networking.k8s.io/gateway-name';

function requireStrict(world: World): void {
  const modes = ofKind(world.objects, 'PeerAuthentication').map((one) => at(one, 'spec', 'mtls', 'mode'));
  if (modes.length === 0 || modes.some((mode) => mode !== 'STRICT')) throw new Error('mTLS is not STRICT');
}

function policiesFor(world: World, pods: Pods): KubeObject[] {
  return ofKind(world.objects, 'AuthorizationPolicy').filter(({ metadata, ...policy }) => {
    const isNear = metadata.namespace === ISTIO || metadata.namespace === pods.namespace;
    return isNear && selects(at(policy, 'spec', 'selector', 'matchLabels'), pods.labels);
  });
}

/** What its Sidecar lists, else that of the root namespace, as `host:port`. A gateway has none, and knows what its routes name. */
function placesKnownTo(world: World, pods: Pods): string[] {
  const gateway = at(pods.labels, GATEWAY);
  if (gateway !== undefined) return backendsOf(world, gateway);
  const sidecars = ofKind(world.objects, 'Sidecar');
  const own =
    sidecars.find(
      ({ metadata, ...sidecar }) =>
        metadata.namespace === pods.namespace &&
        selects(at(sidecar, 'spec', 'workloadSelector', 'labels') ?? { app: undefined }, pods.labels),
    ) ?? sidecars.find(({ metadata }) => metadata.namespace === ISTIO);
  const listed = list(at(own, 'spec', 'egress')).flatMap((egress) => strings(at(egress, 'hosts')));
  return [...world.hosts].flatMap(([host, ports]) => {
    const namespace = host.split('.')[1] === pods.namespace ? '.' : host.split('.')[1];
    const isKnown = listed.includes(`${namespace}/${host}`) || listed.includes(`${namespace}/*`);
    return isKnown ? ports.map((port) => `${host}:${port}`) : [];
  });
}

function backendsOf(world: World, gateway: unknown): string[] {
  return [...ofKind(world.objects, 'HTTPRoute'), ...ofKind(world.objects, 'GRPCRoute')]
    .filter((route) => list(at(route, 'spec', 'parentRefs')).some((ref) => at(ref, 'name') === gateway))
    .flatMap((route) => list(at(route, 'spec', 'rules')))
    .flatMap((rule) => list(at(rule, 'backendRefs')))
    .map((ref) => `${hostOf(textOf(at(ref, 'name')), textOf(at(ref, 'namespace')))}:${textOf(at(ref, 'port'))}`);
}

/** By path, or `*`. Undefined for what has no sidecar, which is not spoken to in the mesh's way. */
function routesTo(world: World, place: string): { [path: string]: Route } | undefined {
  const [host = '', port] = place.split(':');
  const [name = '', namespace = ''] = host.split('.');
  const service = ofKind(world.objects, 'Service').find(
    ({ metadata }) => metadata.name === name && metadata.namespace === namespace,
  );
  const [backend] = selected(world, namespace, at(service, 'spec', 'selector') ?? { app: undefined });
  if (backend?.principal === undefined) return undefined;
  const to = { host, port: Number(port), serverId: `spiffe://${backend.principal}` };
  const virtual = ofKind(world.objects, 'VirtualService').filter((one) =>
    strings(at(one, 'spec', 'hosts')).includes(host),
  );
  if (virtual.length === 0) return { '*': { ...to, attempts: 0, retryOn: [] } };
  return Object.fromEntries(
    virtual
      .flatMap((one) => list(at(one, 'spec', 'http')))
      .flatMap((route) =>
        list(at(route, 'match')).map((match) => [textOf(at(match, 'uri', 'exact')), { ...to, ...retriesOf(route) }]),
      ),
  );
}

function retriesOf(route: unknown): Pick<Route, 'attempts' | 'retryOn'> {
  const retries = at(route, 'retries');
  return { attempts: Number(at(retries, 'attempts') ?? 0), retryOn: textOf(at(retries, 'retryOn') ?? '').split(',') };
}
