// What policies of the mesh allow, the network lets through on either side; and where nothing is said, it lets nothing through.
import { at, type KubeObject, list, nameOf, selects, strings } from '../objects.ts';
import { BANK, DATA } from '../places.ts';
import { ofKind, type Pods, selected, type World } from './world.ts';

const NAMESPACE_LABEL = 'kubernetes.io/metadata.name';

/** What is wrong with the network policies. */
export function networkRules(world: World): string[] {
  const policies = ofKind(world.objects, 'NetworkPolicy');
  const closed = [BANK, DATA].filter((namespace) => !policies.some((one) => isDenyAll(one, namespace)));
  return [
    ...closed.map((namespace) => `Namespace ${namespace}: has no NetworkPolicy that lets nothing through`),
    ...policies.flatMap((policy) => unselected(world, policy)),
    ...ofKind(world.objects, 'AuthorizationPolicy').flatMap((policy) => blocked(world, policies, policy)),
  ];
}

function isDenyAll({ metadata, ...policy }: KubeObject, namespace: string): boolean {
  const spec = at(policy, 'spec');
  const isOpen = list(at(spec, 'ingress')).length + list(at(spec, 'egress')).length > 0;
  return metadata.namespace === namespace && !isOpen && strings(at(spec, 'policyTypes')).length === 2;
}

function unselected(world: World, policy: KubeObject): string[] {
  const labels = at(policy, 'spec', 'podSelector', 'matchLabels');
  const isOfDatabase = policy.metadata.namespace === DATA;
  if (labels === undefined || isOfDatabase || selected(world, policy.metadata.namespace, labels).length > 0) return [];
  return [`${nameOf(policy)}: selects no pods`];
}

/** Each caller that a policy names, at each port that it may come to. */
function blocked(world: World, policies: readonly KubeObject[], policy: KubeObject): string[] {
  if (at(policy, 'spec', 'action') === 'DENY') return [];
  const { namespace } = policy.metadata;
  const callees = selected(world, namespace, at(policy, 'spec', 'selector', 'matchLabels') ?? { none: '' });
  return list(at(policy, 'spec', 'rules')).flatMap((rule) => {
    const names = list(at(rule, 'from')).flatMap((from) => strings(at(from, 'source', 'principals')));
    const callers = world.pods.filter((pods) => pods.principal !== undefined && names.includes(pods.principal));
    const ports = list(at(rule, 'to')).flatMap((to) => strings(at(to, 'operation', 'ports')).map(Number));
    return callees.flatMap((callee) =>
      callers.flatMap((caller) =>
        ports
          .filter((port) => !passes(policies, caller, callee, port))
          .map(
            (port) => `${nameOf(policy)}: lets ${caller.principal} in at ${port}, and no pair of NetworkPolicies does`,
          ),
      ),
    );
  });
}

function passes(policies: readonly KubeObject[], caller: Pods, callee: Pods, port: number): boolean {
  return opens(policies, caller, callee, 'egress', port) && opens(policies, callee, caller, 'ingress', port);
}

function opens(
  policies: readonly KubeObject[],
  own: Pods,
  other: Pods,
  way: 'egress' | 'ingress',
  port: number,
): boolean {
  const mine = policies.filter(
    (policy) =>
      policy.metadata.namespace === own.namespace &&
      selects(at(policy, 'spec', 'podSelector', 'matchLabels'), own.labels),
  );
  return mine.some((policy) =>
    list(at(policy, 'spec', way)).some((entry) => {
      const peers = at(entry, way === 'egress' ? 'to' : 'from');
      const ports = at(entry, 'ports');
      const isPort = ports === undefined || list(ports).some((one) => at(one, 'port') === port);
      return isPort && (peers === undefined || list(peers).some((peer) => isPeer(peer, own.namespace, other)));
    }),
  );
}

function isPeer(peer: unknown, namespace: string, other: Pods): boolean {
  const named = at(peer, 'namespaceSelector', 'matchLabels', NAMESPACE_LABEL) ?? namespace;
  return named === other.namespace && selects(at(peer, 'podSelector', 'matchLabels'), other.labels);
}
