// All filters that istiod makes of the policies that are for a port of a pod, in its order.
import { at, fields, type KubeObject, list, textOf } from '../objects.ts';
import { type Action, actionOf, isTried, rulesOf } from './compile.ts';
import type { Rules } from './rbac.ts';

/** What a sidecar does, and what it only tells that it would do. */
export interface Filter {
  readonly rules?: Rules;
  readonly shadowRules?: Rules;
}

const ORDER: readonly Action[] = ['AUDIT', 'DENY', 'ALLOW'];

/** The filters of a port; `protocol`: whether the sidecar sees calls there, or bytes alone. */
export function filtersOf(policies: readonly KubeObject[], protocol: 'http' | 'tcp' = 'http'): Filter[] {
  return ORDER.flatMap((action): Filter[] => {
    const own = policies.filter((policy) => actionOf(policy) === action);
    if (own.length === 0) return [];
    const narrow = (rule: unknown) => (protocol === 'http' ? rule : overTcp(rule, action));
    const { tried = [], enforced = [] } = Object.groupBy(own, (one) => (isTried(one) ? 'tried' : 'enforced'));
    return [
      {
        ...(enforced.length > 0 && { rules: rulesOf(enforced, action, narrow) }),
        ...(tried.length > 0 && { shadowRules: rulesOf(tried, action, narrow) }),
      },
    ];
  });
}

const OF_HTTP = /^(not)?(hosts|methods|paths|requestPrincipals)$/i;
const KEY_OF_HTTP = /^request\./;

/** Where no calls are seen, nobody is let in for what a call would have to say, and everybody kept out whatever it would say. */
function overTcp(rule: unknown, action: Action): unknown {
  const when = list(at(rule, 'when'));
  const left = when.filter((one) => !KEY_OF_HTTP.test(textOf(at(one, 'key'))));
  if (action === 'ALLOW' && left.length < when.length) return undefined;
  const [from, to] = [partsOf(rule, 'from', 'source', action), partsOf(rule, 'to', 'operation', action)];
  return from && to && { from, to, when: left };
}

function partsOf(rule: unknown, place: 'from' | 'to', field: 'source' | 'operation', action: Action) {
  const parts = list(at(rule, place)).map((one) => fields(at(one, field)));
  const isOfTcp = ([name]: readonly [string, unknown]) => !OF_HTTP.test(name);
  const left = action === 'ALLOW' ? parts.filter((part) => part.every(isOfTcp)) : parts;
  if (parts.length > 0 && left.length === 0) return undefined;
  return left.map((part) => ({ [field]: Object.fromEntries(part.filter(isOfTcp)) }));
}
