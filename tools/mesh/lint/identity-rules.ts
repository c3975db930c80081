// Nobody speaks in clear, and nobody gets in without a policy.
import { at, fields, type KubeObject, nameOf, textOf } from '../objects.ts';
import { ISTIO } from '../places.ts';
import { ofKind, type World } from './world.ts';

/** mTLS everywhere, without exceptions for ports, and a policy over all that allows nothing. */
export function identityRules({ objects }: World): string[] {
  return [
    ...ofKind(objects, 'PeerAuthentication').flatMap(modes),
    ...(isThere(objects, 'PeerAuthentication', 'default') ? [] : [`there is no PeerAuthentication ${ISTIO}/default`]),
    ...denyAll(objects),
    ...ofKind(objects, 'DestinationRule').flatMap(plaintext),
    ...ofKind(objects, 'Namespace').flatMap(injection),
  ];
}

function modes(object: KubeObject): string[] {
  const ports = fields(at(object, 'spec', 'portLevelMtls')).map(([port, one]) => [`port ${port}`, at(one, 'mode')]);
  return [['its pods', at(object, 'spec', 'mtls', 'mode')], ...ports].flatMap(([what, mode]) =>
    mode === 'STRICT' ? [] : [`${nameOf(object)}: ${textOf(what)} are ${textOf(mode)}, and must be STRICT`],
  );
}

function isThere(objects: readonly KubeObject[], kind: string, name: string): boolean {
  return ofKind(objects, kind).some(({ metadata }) => metadata.namespace === ISTIO && metadata.name === name);
}

function denyAll(objects: readonly KubeObject[]): string[] {
  const found = ofKind(objects, 'AuthorizationPolicy').find(({ metadata }) => metadata.namespace === ISTIO);
  if (!found) return [`there is no AuthorizationPolicy ${ISTIO}/deny-all`];
  return fields(found['spec']).length === 0 ? [] : [`${nameOf(found)}: has rules, and must allow nothing`];
}

function plaintext(object: KubeObject): string[] {
  const mode = at(object, 'spec', 'trafficPolicy', 'tls', 'mode');
  return mode === 'DISABLE' ? [`${nameOf(object)}: speaks without TLS`] : [];
}

function injection({ metadata }: KubeObject): string[] {
  const labels = metadata.labels ?? {};
  const said = labels['istio-injection'] ?? labels['istio.io/dataplane-mode'];
  return said === undefined ? [`Namespace ${metadata.name}: does not say whether its pods are in the mesh`] : [];
}
