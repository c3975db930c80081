// Pods are watched, bounded, spread, without rights that they do not need, and find what they are told to look for.
import { at, fields, type KubeObject, list, nameOf, selects, textOf } from '../objects.ts';
import { ofKind, type World } from './world.ts';

const SIDECAR_USER = 1337;

/** What is wrong with Deployments, Jobs and what belongs to them. */
export function podRules({ objects }: World): string[] {
  const deployments = ofKind(objects, 'Deployment');
  return [
    ...[...deployments, ...ofKind(objects, 'Job')].flatMap((one) => [...security(one), ...references(objects, one)]),
    ...deployments.flatMap((one) => [...probes(one), ...account(objects, one), ...budget(objects, one)]),
    ...ofKind(objects, 'HorizontalPodAutoscaler').flatMap((one) => scaled(deployments, one)),
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
