// Policies name who and what there is, exactly; and say of every RPC what the contract says, no less and no more.
import { PLAIN_PATHS, type PlainPath } from '../../../services/edge/plain-paths.ts';
import { at, fields, type KubeObject, list, nameOf, selects, strings, textOf } from '../objects.ts';
import { BANK, principal, TRUST_DOMAIN } from '../places.ts';
import { isTried } from '../rbac/compile.ts';
import { deploymentOf, EDGE, rpcs } from '../workloads.ts';
import { ofKind, selected, type World } from './world.ts';

/** The attributes that conditions here may ask about: Istio passes over others, or did. */
const KEYS = /^(connection\.sni|request\.auth\.claims\[\w+\]|request\.auth\.principal)$/;

/** What sources and operations here may name: a misspelt field is none to an API server, and lets everybody in. */
const SOURCE = ['principals', 'notPrincipals', 'namespaces'];
const OPERATION = ['methods', 'paths', 'ports'];

/** What is wrong with the policies. */
export function policyRules(world: World): string[] {
  const policies = ofKind(world.objects, 'AuthorizationPolicy');
  return [
    ...policies.flatMap((policy) => [...bindings(world, policy), ...sources(world, policy), ...conditions(policy)]),
    ...policies.flatMap((policy) => [...paths(policy), ...misspelt(policy), ...tried(policy)]),
    ...ofKind(world.objects, 'RequestAuthentication').flatMap((one) => bindings(world, one)),
    ...contract(world, policies),
  ];
}

/** For a real roll-out that is a step on the way, and not where a bank stays. */
function tried(policy: KubeObject): string[] {
  return isTried(policy) ? [`${nameOf(policy)}: is only tried (istio.io/dry-run), and keeps nobody out`] : [];
}

function bindings(world: World, object: KubeObject): string[] {
  const labels = at(object, 'spec', 'selector', 'matchLabels');
  const found = labels === undefined || selected(world, object.metadata.namespace, labels).length > 0;
  return found ? [] : [`${nameOf(object)}: selects no pods`];
}

function sources(world: World, policy: KubeObject): string[] {
  const used = list(at(policy, 'spec', 'rules')).flatMap((rule) =>
    list(at(rule, 'from')).flatMap((from) => [
      ...strings(at(from, 'source', 'principals')),
      ...strings(at(from, 'source', 'notPrincipals')),
    ]),
  );
  return used.flatMap((who) => {
    if (who.includes('*')) return [`${nameOf(policy)}: ${who} is a pattern, and must be one principal`];
    return world.principals.has(who) ? [] : [`${nameOf(policy)}: there is no ${who}`];
  });
}

function misspelt(policy: KubeObject): string[] {
  const rules = list(at(policy, 'spec', 'rules'));
  const used = [
    ...rules.flatMap((rule) => list(at(rule, 'from')).flatMap((from) => unknown(at(from, 'source'), SOURCE))),
    ...rules.flatMap((rule) => list(at(rule, 'to')).flatMap((to) => unknown(at(to, 'operation'), OPERATION))),
  ];
  return used.map((field) => `${nameOf(policy)}: ${field} is no field that sources and operations here may have`);
}

function unknown(value: unknown, known: readonly string[]): string[] {
  return fields(value).flatMap(([field]) => (known.includes(field) ? [] : [field]));
}

function conditions(policy: KubeObject): string[] {
  return list(at(policy, 'spec', 'rules'))
    .flatMap((rule) => list(at(rule, 'when')))
    .map((when) => textOf(at(when, 'key')))
    .flatMap((key) =>
      KEYS.test(key) ? [] : [`${nameOf(policy)}: ${key} is no attribute that conditions here may ask about`],
    );
}

/** Paths are exact, and of an RPC, or of what the edge answers beside them wherever it runs. */
function paths(policy: KubeObject): string[] {
  const plain = Object.values<PlainPath>(PLAIN_PATHS).filter(({ where }) => where === 'everywhere');
  const known = new Set([...rpcs, ...plain].map(({ path }) => path));
  return list(at(policy, 'spec', 'rules'))
    .flatMap((rule) => list(at(rule, 'to')))
    .flatMap((to) => strings(at(to, 'operation', 'paths')))
    .flatMap((path) => (known.has(path) ? [] : [`${nameOf(policy)}: ${path} is the path of no RPC`]));
}

/** Held against the rules themselves, and not against what the generator makes of them. */
function contract(world: World, policies: readonly KubeObject[]): string[] {
  return rpcs.flatMap(({ path, service, rule }) => {
    const own = policies.filter((policy) => isFor(policy, service));
    const allowed = own.flatMap((policy) => callersOf(policy, path));
    const wanted = rule.callers
      .filter((caller) => deploymentOf(caller))
      .map((caller) => principal(BANK, caller).replace(TRUST_DOMAIN, () => world.trustDomain));
    if (allowed.length === 0 && wanted.length > 0) return [`${path} is in no policy`];
    return [
      ...wanted
        .filter((who) => !allowed.includes(who))
        .map((who) => `${path}: ${who} may call it, and no policy lets it`),
      ...allowed
        .filter((who) => !wanted.includes(who))
        .map((who) => `${path}: a policy lets ${who} in, the contract does not`),
    ];
  });
}

function isFor(policy: KubeObject, service: string): boolean {
  const spec = policy['spec'];
  if (policy.metadata.namespace !== BANK || at(spec, 'action') === 'DENY' || service === EDGE) return false;
  const target = list(at(spec, 'targetRefs')).some((ref) => at(ref, 'name') === service);
  const labels = at(spec, 'selector', 'matchLabels');
  return target || (at(spec, 'targetRefs') === undefined && selects(labels, { app: service }));
}

/** Whom a policy lets call a path; `*` when it names nobody. */
function callersOf(policy: KubeObject, path: string): readonly string[] {
  return list(at(policy, 'spec', 'rules')).flatMap((rule) => {
    const operations = list(at(rule, 'to')).map((to) => at(to, 'operation', 'paths'));
    const reaches =
      operations.length === 0 || operations.some((one) => one === undefined || strings(one).includes(path));
    if (!reaches) return [];
    const from = list(at(rule, 'from')).map((one) => at(one, 'source', 'principals'));
    return from.length === 0 || from.includes(undefined) ? ['*'] : from.flatMap(strings);
  });
}
