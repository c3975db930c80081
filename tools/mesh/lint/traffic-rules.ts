// Calls are sent where somebody is, by the protocol that is spoken there.
import { at, type KubeObject, list, nameOf, strings, textOf } from '../objects.ts';
import { hostOf } from '../places.ts';
import { rpcs } from '../workloads.ts';
import { ofKind, selected, type World } from './world.ts';

/** By the first word of a port's name, and the same as its appProtocol. */
const PROTOCOLS = ['grpc', 'http', 'http2', 'tcp', 'tls', 'https'];

/** What is wrong with Services, routes and destinations. */
export function trafficRules(world: World): string[] {
  const { objects } = world;
  return [
    ...ofKind(objects, 'Service').flatMap((service) => servicePorts(world, service)),
    ...ofKind(objects, 'DestinationRule').flatMap((rule) => destination(world, rule)),
    ...ofKind(objects, 'VirtualService').flatMap((service) => routes(world, service)),
    ...twiceRouted(ofKind(objects, 'VirtualService')),
    ...unrouted(ofKind(objects, 'VirtualService')),
    ...ofKind(objects, 'ServiceEntry').flatMap((entry) => outside(world, entry)),
    ...[...ofKind(objects, 'HTTPRoute'), ...ofKind(objects, 'GRPCRoute')].flatMap((route) => doors(world, route)),
    ...ofKind(objects, 'Gateway').flatMap(wildcards),
    ...publicUrls(objects),
    ...outsideUrls(objects),
  ];
}

function servicePorts(world: World, service: KubeObject): string[] {
  const pods = selected(world, service.metadata.namespace, at(service, 'spec', 'selector'));
  if (pods.length === 0) return [`${nameOf(service)}: selects no pods`];
  return list(at(service, 'spec', 'ports')).flatMap((port) => {
    const protocol = textOf(at(port, 'name') ?? '').split('-')[0] ?? '';
    const number = textOf(at(port, 'port'));
    const target = at(port, 'targetPort');
    const hasTarget = pods.some(({ ports }) =>
      ports.some((one) => one.name === target || one.containerPort === target),
    );
    return [
      ...(PROTOCOLS.includes(protocol) ? [] : [`${nameOf(service)}: port ${number} does not name its protocol`]),
      ...(at(port, 'appProtocol') === protocol
        ? []
        : [`${nameOf(service)}: port ${number} has another appProtocol than its name says`]),
      ...(hasTarget ? [] : [`${nameOf(service)}: no pod has port ${textOf(target)}`]),
    ];
  });
}

function destination(world: World, rule: KubeObject): string[] {
  const host = textOf(at(rule, 'spec', 'host'));
  return world.hosts.has(host) ? [] : [`${nameOf(rule)}: there is no host ${host}`];
}

function routes(world: World, service: KubeObject): string[] {
  const all = ['http', 'tls', 'tcp'].flatMap((kind) => list(at(service, 'spec', kind)));
  const targets = all.flatMap((route) => list(at(route, 'route')).map((one) => at(one, 'destination')));
  const hosts = strings(at(service, 'spec', 'hosts')).map((host) => ({ host, port: undefined }));
  return [...hosts, ...targets].flatMap((target) => {
    const host = textOf(at(target, 'host'));
    const port = at(target, 'port', 'number');
    const ports = world.hosts.get(host);
    if (!ports) return [`${nameOf(service)}: there is no host ${host}`];
    return port === undefined || ports.includes(Number(port))
      ? []
      : [`${nameOf(service)}: ${host} has no port ${textOf(port)}`];
  });
}

function twiceRouted(services: readonly KubeObject[]): string[] {
  const hosts = services.flatMap((service) => strings(at(service, 'spec', 'hosts')));
  return hosts.filter((host, index) => hosts.indexOf(host) < index).map((host) => `${host} has two VirtualServices`);
}

/** A VirtualService sends nowhere what it does not name. */
function unrouted(services: readonly KubeObject[]): string[] {
  return rpcs.flatMap(({ path, service }) => {
    const own = services.filter((one) => strings(at(one, 'spec', 'hosts')).includes(hostOf(service)));
    const matches = own.flatMap((one) => list(at(one, 'spec', 'http'))).flatMap((route) => list(at(route, 'match')));
    const isRouted = own.length === 0 || matches.some((match) => at(match, 'uri', 'exact') === path);
    return isRouted ? [] : [`${path} has no route`];
  });
}

/** What leaves is verified: by a CA and a name in the DestinationRule, or by the program that says so. */
function outside(world: World, entry: KubeObject): string[] {
  if (at(entry, 'spec', 'location') !== 'MESH_EXTERNAL') return [];
  const by = entry.metadata.annotations?.['corebank/tls-by'];
  if (by !== undefined) {
    const isTls = list(at(entry, 'spec', 'ports')).every((port) => at(port, 'protocol') === 'TLS');
    return isTls ? [] : [`${nameOf(entry)}: ${by} is to speak TLS, and a port has another protocol`];
  }
  return strings(at(entry, 'spec', 'hosts')).flatMap((host) => {
    const rules = ofKind(world.objects, 'DestinationRule').filter((rule) => at(rule, 'spec', 'host') === host);
    const isVerified = rules.some((rule) => {
      const tls = at(rule, 'spec', 'trafficPolicy', 'tls');
      const hasCa = at(tls, 'caCertificates') !== undefined || at(tls, 'credentialName') !== undefined;
      return hasCa && strings(at(tls, 'subjectAltNames')).length > 0;
    });
    return isVerified ? [] : [`${nameOf(entry)}: nothing verifies ${host}: no CA and name in a DestinationRule`];
  });
}

function doors(world: World, route: KubeObject): string[] {
  const { objects } = world;
  const gateways = ofKind(objects, 'Gateway').map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  const parents = list(at(route, 'spec', 'parentRefs')).map(
    (ref) => `${textOf(at(ref, 'namespace') ?? route.metadata.namespace)}/${textOf(at(ref, 'name'))}`,
  );
  const backends = list(at(route, 'spec', 'rules')).flatMap((rule) => list(at(rule, 'backendRefs')));
  return [
    ...parents.filter((one) => !gateways.includes(one)).map((one) => `${nameOf(route)}: there is no Gateway ${one}`),
    ...backends.flatMap((ref) => {
      const host = hostOf(textOf(at(ref, 'name')), textOf(at(ref, 'namespace') ?? route.metadata.namespace));
      const hasPort = world.hosts.get(host)?.includes(Number(at(ref, 'port')));
      return hasPort ? [] : [`${nameOf(route)}: there is no ${host}:${textOf(at(ref, 'port'))}`];
    }),
  ];
}

function wildcards(gateway: KubeObject): string[] {
  const listeners = [...list(at(gateway, 'spec', 'listeners')), ...list(at(gateway, 'spec', 'servers'))];
  return listeners.flatMap((one) => {
    const hosts = [at(one, 'hostname'), ...list(at(one, 'hosts'))].filter((host) => typeof host === 'string');
    const isInside = at(one, 'protocol') === 'HBONE';
    if (hosts.length === 0 && !isInside) return [`${nameOf(gateway)}: a listener is for any host`];
    return hosts.filter((host) => host.includes('*')).map((host) => `${nameOf(gateway)}: ${host} is a pattern`);
  });
}

/** The edge takes proofs for its own URLs alone, and tokens come from the first: they are those of the gateways. */
function publicUrls(objects: readonly KubeObject[]): string[] {
  const settings = objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'bank');
  const urlOf = (gateway: string) => {
    const found = ofKind(objects, 'Gateway').find(({ metadata }) => metadata.name === gateway);
    return `https://${textOf(at(found, 'spec', 'listeners', 0, 'hostname') ?? '')}`;
  };
  const wanted = [urlOf('public'), urlOf('partners')].join(',');
  const found = textOf(at(settings, 'data', 'EDGE_PUBLIC_URLS') ?? '');
  return found === wanted ? [] : [`ConfigMap bank/bank: EDGE_PUBLIC_URLS is ${found || 'not there'}, not ${wanted}`];
}

/** Where services are told to go outside, they are let out to. SMTP_URLS are a secret's to say. */
function outsideUrls(objects: readonly KubeObject[]): string[] {
  const settings = objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'bank');
  const entries = ofKind(objects, 'ServiceEntry').flatMap((entry) =>
    strings(at(entry, 'spec', 'hosts')).flatMap((host) =>
      list(at(entry, 'spec', 'ports')).map((port) => `${host}:${textOf(at(port, 'number'))}`),
    ),
  );
  return ['KMS_ADDRESS', 'SMS_URLS', 'PUSH_URLS', 'SCHEME_URL', 'CARD_SWITCH_ADDRESS'].flatMap((name) =>
    textOf(at(settings, 'data', name) ?? '')
      .split(',')
      .filter((url) => url !== '')
      .map((url) => new URL(url.includes('://') ? url : `tls://${url}`))
      .filter(({ hostname, port }) => !entries.includes(`${hostname}:${port || '443'}`))
      .map(({ host }) => `ConfigMap bank/bank: ${name} names ${host}, to which nothing is let out`),
  );
}
