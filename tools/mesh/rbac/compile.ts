// AuthorizationPolicies → Envoy's RBAC, as istiod compiles them (pilot/pkg/security/authz). Held against Istio's own goldens.
// Not here: trust domain aliases and CUSTOM, which the bank does not use.
import { at, type KubeObject, list, strings, textOf } from '../objects.ts';
import {
  accountMatch,
  cidr,
  claimHas,
  claimIs,
  filterSays,
  headerMatch,
  namespaceMatch,
  pathMatch,
  principalMatch,
  stringMatch,
} from './matches.ts';
import type { Permission, Policy, Principal, Rules } from './rbac.ts';

/** Makes the matchers of an attribute's values: any of them will do. */
type Make<T> = (values: readonly string[]) => T;

const anyRule = (rules: readonly Permission[]): Permission => ({ orRules: { rules } });
const anyId = (ids: readonly Principal[]): Principal => ({ orIds: { ids } });

export type Action = 'ALLOW' | 'DENY' | 'AUDIT';

/** As Envoy names it; ALLOW is not written. */
const ACTIONS = { ALLOW: undefined, DENY: 'DENY', AUDIT: 'LOG' } as const;

/** What of a rule is left to be asked; undefined of one that says nothing. */
export type Narrow = (rule: unknown) => unknown;

/** What policies of one action become that are enforced. Throws for what Istio refuses or this does not know. */
export function compile(policies: readonly KubeObject[], action: Action = 'ALLOW'): Rules {
  return rulesOf(
    policies.filter((policy) => actionOf(policy) === action && !isTried(policy)),
    action,
  );
}

/** What these become, which are all of one action. */
export function rulesOf(policies: readonly KubeObject[], action: Action, narrow: Narrow = (rule) => rule): Rules {
  const compiled = Object.fromEntries(policies.flatMap((policy) => compilePolicy(policy, narrow)));
  const named = ACTIONS[action];
  return { ...(named && { action: named }), policies: compiled };
}

/** What a policy does. */
export function actionOf(policy: KubeObject): unknown {
  return at(policy, 'spec', 'action') ?? 'ALLOW';
}

/** Whether it only tells what it would do. */
export function isTried({ metadata }: KubeObject): boolean {
  return metadata.annotations?.['istio.io/dry-run'] === 'true';
}

/** Whether a policy's `spec` has no rules at all, it matches nothing. */
function compilePolicy(policy: KubeObject, narrow: Narrow): [string, Policy][] {
  const { name, namespace = '' } = policy.metadata;
  const nameOf = (index: number) => `ns[${namespace}]-policy[${name}]-rule[${index}]`;
  const rules = list(at(policy, 'spec', 'rules'));
  if (rules.length === 0) {
    return [[nameOf(0), { permissions: [{ notRule: { any: true } }], principals: [{ notId: { any: true } }] }]];
  }
  return rules.flatMap((rule, index): [string, Policy][] => {
    const narrowed = narrow(rule);
    return narrowed === undefined ? [] : [[nameOf(index), compileRule(narrowed, namespace)]];
  });
}

function compileRule(rule: unknown, namespace: string): Policy {
  const when = list(at(rule, 'when'));
  const permissions = when.flatMap(permissionsWhen);
  const principals = when.flatMap((condition) => principalsWhen(condition, namespace));
  const known = when.every((condition) => isKnown(textOf(at(condition, 'key'))));
  if (!known) throw new Error(`a condition has an unknown attribute: ${JSON.stringify(when)}`);
  const operations = orNothing(list(at(rule, 'to')).map((to) => at(to, 'operation')));
  const sources = orNothing(list(at(rule, 'from')).map((from) => at(from, 'source')));
  return {
    permissions: operations.map((operation) => allRules([...operationRules(operation), ...permissions])),
    principals: sources.map((source) => allIds([...sourceIds(source, namespace), ...principals])),
  };
}

function orNothing(items: readonly unknown[]): readonly unknown[] {
  return items.length === 0 ? [{}] : items;
}

function allRules(rules: readonly Permission[]): Permission {
  return { andRules: { rules: rules.length === 0 ? [{ any: true }] : rules } };
}

function allIds(ids: readonly Principal[]): Principal {
  return { andIds: { ids: ids.length === 0 ? [{ any: true }] : ids } };
}

function operationRules(operation: unknown): Permission[] {
  const one = (field: string, not: string, make: Make<Permission>) =>
    permissions(strings(at(operation, field)), strings(at(operation, not)), make);
  return [
    ...one('hosts', 'notHosts', headers(':authority')),
    ...one('methods', 'notMethods', headers(':method')),
    ...one('paths', 'notPaths', (values) => anyRule(values.map(pathMatch))),
    ...one('ports', 'notPorts', ports),
  ];
}

function sourceIds(source: unknown, namespace: string): Principal[] {
  const one = (field: string, not: string, make: Make<Principal>) =>
    principals(strings(at(source, field)), strings(at(source, not)), make);
  return [
    ...one('principals', 'notPrincipals', peers(principalMatch)),
    ...one('requestPrincipals', 'notRequestPrincipals', requestPrincipals),
    ...one(
      'serviceAccounts',
      'notServiceAccounts',
      peers((value) => accountMatch(value, namespace)),
    ),
    ...one('namespaces', 'notNamespaces', peers(namespaceMatch)),
    ...one('remoteIpBlocks', 'notRemoteIpBlocks', (values) =>
      anyId(values.map((value) => ({ remoteIp: cidr(value) }))),
    ),
    ...one('ipBlocks', 'notIpBlocks', (values) => anyId(values.map((value) => ({ directRemoteIp: cidr(value) })))),
  ];
}

function permissions(values: readonly string[], not: readonly string[], make: Make<Permission>): Permission[] {
  return [...(values.length > 0 ? [make(values)] : []), ...(not.length > 0 ? [{ notRule: make(not) }] : [])];
}

function principals(values: readonly string[], not: readonly string[], make: Make<Principal>): Principal[] {
  return [...(values.length > 0 ? [make(values)] : []), ...(not.length > 0 ? [{ notId: make(not) }] : [])];
}

const PERMISSION_KEYS: readonly (readonly [RegExp, (...words: string[]) => Make<Permission>])[] = [
  [/^destination\.ip$/, () => (values) => anyRule(values.map((value) => ({ destinationIp: cidr(value) })))],
  [/^destination\.port$/, () => ports],
  [
    /^connection\.sni$/,
    () => (values) => anyRule(values.map((value) => ({ requestedServerName: stringMatch(value) }))),
  ],
  [
    /^experimental\.(envoy\.filters\.[^[]+)\[(.+)\]$/,
    (filter = '', key = '') =>
      (values) => ({ metadata: filterSays(filter, key, values) }),
  ],
];

const PRINCIPAL_KEYS: readonly (readonly [RegExp, (namespace: string, ...words: string[]) => Make<Principal>])[] = [
  [
    /^request\.headers\[(.+)\]$/,
    (_, name = '') =>
      (values) =>
        anyId(values.map((value) => ({ header: headerMatch(name, value) }))),
  ],
  [/^source\.ip$/, () => (values) => anyId(values.map((value) => ({ directRemoteIp: cidr(value) })))],
  [/^remote\.ip$/, () => (values) => anyId(values.map((value) => ({ remoteIp: cidr(value) })))],
  [/^source\.namespace$/, () => peers(namespaceMatch)],
  [/^source\.serviceAccount$/, (namespace) => peers((value) => accountMatch(value, namespace))],
  [/^source\.principal$/, () => peers(principalMatch)],
  [/^request\.auth\.principal$/, () => requestPrincipals],
  [/^request\.auth\.audiences$/, () => claim('aud')],
  [/^request\.auth\.presenter$/, () => claim('azp')],
  [/^request\.auth\.claims((?:\[[^\]]+\])+)$/, (_, path = '') => claim(...path.slice(1, -1).split(']['))],
];

function isKnown(key: string): boolean {
  return [...PERMISSION_KEYS, ...PRINCIPAL_KEYS].some(([pattern]) => pattern.test(key));
}

function permissionsWhen(condition: unknown): Permission[] {
  return PERMISSION_KEYS.flatMap(([pattern, make]) => {
    const found = pattern.exec(textOf(at(condition, 'key')));
    const [values, not] = valuesOf(condition);
    return found ? permissions(values, not, make(...found.slice(1))) : [];
  });
}

function principalsWhen(condition: unknown, namespace: string): Principal[] {
  return PRINCIPAL_KEYS.flatMap(([pattern, make]) => {
    const found = pattern.exec(textOf(at(condition, 'key')));
    const [values, not] = valuesOf(condition);
    return found ? principals(values, not, make(namespace, ...found.slice(1))) : [];
  });
}

function valuesOf(condition: unknown): [readonly string[], readonly string[]] {
  return [strings(at(condition, 'values')), strings(at(condition, 'notValues'))];
}

function headers(name: string): Make<Permission> {
  return (values) => anyRule(values.map((value) => ({ header: headerMatch(name, value) })));
}

function ports(values: readonly string[]): Permission {
  return anyRule(values.map((value) => ({ destinationPort: Number(value) })));
}

function peers(match: (value: string) => ReturnType<typeof stringMatch>): Make<Principal> {
  return (values) => anyId(values.map((value) => ({ authenticated: { principalName: match(value) } })));
}

function claim(...path: string[]): Make<Principal> {
  return (values) => ({ metadata: claimHas(path, values) });
}

/** Issuer and subject, with a slash between; what a pattern does not reach to is anything, or nothing. */
function requestPrincipals(values: readonly string[]): Principal {
  return anyId(
    values.map((value) => {
      const slash = value.lastIndexOf('/');
      const [issuer, subject] =
        slash >= 0
          ? [value.slice(0, slash), value.slice(slash + 1)]
          : value.startsWith('*')
            ? ['*', value]
            : [value, value.endsWith('*') ? '*' : ''];
      const ids = [claimIs('iss', stringMatch(issuer)), claimIs('sub', stringMatch(subject))];
      return { andIds: { ids: ids.map((metadata) => ({ metadata })) } };
    }),
  );
}
