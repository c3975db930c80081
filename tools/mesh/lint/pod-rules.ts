// Pods are watched, bounded, spread, without rights that they do not need, and find what they are told to look for.
import { durableOf, PARTITIONS, streamOf } from '#chassis/bus.ts';
import { at, fields, type KubeObject, list, nameOf, selects, textOf } from '../objects.ts';
import { BANK } from '../places.ts';
import { producersFor } from '../scaling.ts';
import { ofKind, type World } from './world.ts';

const SIDECAR_USER = 1337;

/** What is wrong with Deployments, Jobs and what belongs to them. */
export function podRules(world: World): string[] {
  const { objects } = world;
  const deployments = ofKind(objects, 'Deployment');
  return [
    ...[...deployments, ...ofKind(objects, 'Job')].flatMap((one) => [...security(one), ...references(objects, one)]),
    ...deployments.flatMap((one) => [...probes(one), ...account(objects, one), ...budget(objects, one)]),
    ...scalersIn(objects).flatMap((one) => scaled(deployments, one)),
    ...deployments.flatMap((one) => scalers(objects, one)),
    ...ofKind(objects, 'ScaledObject').flatMap((one) => behind(world, one)),
    ...ofKind(objects, 'PodDisruptionBudget').flatMap((one) => budgeted(deployments, one)),
  ];
}

function containersOf(object: KubeObject): readonly unknown[] {
  return list(at(object, 'spec', 'template', 'spec', 'containers'));
}

function security(object: KubeObject): string[] {
  const pod = at(object, 'spec', 'template', 'spec');
  const context = at(pod, 'securityContext');
  const isNobody = at(context, 'runAsNonRoot') === true && at(context, 'runAsUser') !== SIDECAR_USER;
  return [
    ...(isNobody ? [] : ['runs as root, or as the sidecar']),
    ...(at(context, 'seccompProfile', 'type') === 'RuntimeDefault' ? [] : ['has no seccomp profile']),
    ...(at(pod, 'automountServiceAccountToken') === false ? [] : ["has the API server's token"]),
    ...containersOf(object).flatMap((container) => {
      const own = at(container, 'securityContext');
      return [
        ...(at(own, 'readOnlyRootFilesystem') === true ? [] : ['can write into its image']),
        ...(at(own, 'allowPrivilegeEscalation') === false ? [] : ['may gain privileges']),
        ...(list(at(own, 'capabilities', 'drop')).includes('ALL') ? [] : ['has capabilities']),
        ...(at(container, 'resources', 'limits', 'memory') === undefined ? ['has no limit of memory'] : []),
        ...(at(container, 'resources', 'requests', 'cpu') === undefined ? ['asks for no processor'] : []),
      ];
    }),
  ].map((text) => `${nameOf(object)}: ${text}`);
}

function probes(object: KubeObject): string[] {
  return containersOf(object).flatMap((container) =>
    ['startupProbe', 'readinessProbe', 'livenessProbe']
      .filter((probe) => at(container, probe) === undefined)
      .map((probe) => `${nameOf(object)}: has no ${probe}`),
  );
}

function account(objects: readonly KubeObject[], object: KubeObject): string[] {
  const name = at(object, 'spec', 'template', 'spec', 'serviceAccountName');
  const found = ofKind(objects, 'ServiceAccount').some(
    ({ metadata }) => metadata.name === name && metadata.namespace === object.metadata.namespace,
  );
  return found ? [] : [`${nameOf(object)}: there is no ServiceAccount ${textOf(name)}`];
}

function budget(objects: readonly KubeObject[], object: KubeObject): string[] {
  const labels = at(object, 'spec', 'template', 'metadata', 'labels');
  const found = ofKind(objects, 'PodDisruptionBudget').filter(
    (one) =>
      one.metadata.namespace === object.metadata.namespace &&
      selects(at(one, 'spec', 'selector', 'matchLabels'), labels),
  );
  return found.length === 1 ? [] : [`${nameOf(object)}: has ${found.length || 'no'} PodDisruptionBudgets`];
}

function budgeted(deployments: readonly KubeObject[], object: KubeObject): string[] {
  const found = deployments.some((one) =>
    selects(at(object, 'spec', 'selector', 'matchLabels'), at(one, 'spec', 'template', 'metadata', 'labels')),
  );
  return found ? [] : [`${nameOf(object)}: selects no pods`];
}

function scaled(deployments: readonly KubeObject[], object: KubeObject): string[] {
  const target = at(object, 'spec', 'scaleTargetRef', 'name');
  const found = deployments.some(
    ({ metadata }) => metadata.name === target && metadata.namespace === object.metadata.namespace,
  );
  return found ? [] : [`${nameOf(object)}: there is no Deployment ${textOf(target)}`];
}

function scalersIn(objects: readonly KubeObject[]): KubeObject[] {
  return [...ofKind(objects, 'HorizontalPodAutoscaler'), ...ofKind(objects, 'ScaledObject')];
}

/** Two would be at odds; the bank's own have one each. */
function scalers(objects: readonly KubeObject[], { metadata, ...object }: KubeObject): string[] {
  const found = scalersIn(objects).filter(
    (one) =>
      one.metadata.namespace === metadata.namespace && at(one, 'spec', 'scaleTargetRef', 'name') === metadata.name,
  );
  const isRight = metadata.namespace === BANK ? found.length === 1 : found.length <= 1;
  return isRight ? [] : [`${nameOf({ metadata, ...object })}: has ${found.length || 'no'} scalers`];
}

/** Consumers are scaled by how far they are behind in every partition of everything that they consume, and in nothing else. */
function behind({ hosts }: World, object: KubeObject): string[] {
  const triggers = list(at(object, 'spec', 'triggers')).filter((one) => at(one, 'type') === 'nats-jetstream');
  const watched = triggers.map(
    (one) => `${textOf(at(one, 'metadata', 'stream'))} ${textOf(at(one, 'metadata', 'consumer'))}`,
  );
  const consumer = textOf(at(object, 'spec', 'scaleTargetRef', 'name'));
  const wanted = producersFor({ name: consumer }).flatMap((producer) =>
    Array.from({ length: PARTITIONS }, (_, partition) => `${streamOf(producer)} ${durableOf(consumer, partition)}`),
  );
  const lost = triggers
    .map((one) => textOf(at(one, 'metadata', 'natsServerMonitoringEndpoint')))
    .filter((endpoint) => !hosts.get(endpoint.split(':')[0] ?? '')?.includes(Number(endpoint.split(':')[1])));
  return [
    ...wanted.filter((one) => !watched.includes(one)).map((one) => `${nameOf(object)}: does not watch ${one}`),
    ...watched
      .filter((one) => !wanted.includes(one))
      .map((one) => `${nameOf(object)}: watches ${one}, of which there is none`),
    ...lost.map((endpoint) => `${nameOf(object)}: there is no ${endpoint}`),
  ];
}

/** Every ConfigMap, Secret and volume that pods are given: a Secret is there when something fetches it. */
function references(objects: readonly KubeObject[], object: KubeObject): string[] {
  const { namespace } = object.metadata;
  const isThere = (kind: string, name: unknown) =>
    objects.some((one) => one.kind === kind && one.metadata.name === name && one.metadata.namespace === namespace);
  return found(at(object, 'spec', 'template', 'spec'), []).flatMap(([kind, name]) =>
    isThere(kind, name) ? [] : [`${nameOf(object)}: there is no ${kind} ${textOf(name)}`],
  );
}

const REFERENCES: Readonly<Record<string, readonly [kind: string, field: string]>> = {
  configMapRef: ['ConfigMap', 'name'],
  configMap: ['ConfigMap', 'name'],
  secretKeyRef: ['ExternalSecret', 'name'],
  persistentVolumeClaim: ['PersistentVolumeClaim', 'claimName'],
};

function found(value: unknown, path: readonly string[]): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [];
  const entries = Array.isArray(value) ? value.map((item, index) => [String(index), item] as const) : fields(value);
  return entries.flatMap(([key, part]) => {
    const [kind, field] = REFERENCES[key] ?? (key === 'secret' ? ['ExternalSecret', secretField(part)] : []);
    const own: [string, unknown][] = kind && field ? [[kind, at(part, field)]] : [];
    return [...own, ...found(part, [...path, key])];
  });
}

/** Volumes say `secretName`, projected ones `name`. */
function secretField(part: unknown): string {
  return at(part, 'secretName') === undefined ? 'name' : 'secretName';
}
