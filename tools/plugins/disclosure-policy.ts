// What every contract must say so that a customer who asks for everything that is held about them gets it.
import type { Contract, Rpc } from './contract.ts';
import { reachable, reaches } from './contract.ts';
import type { Options } from './options.ts';

/** What the request of an exported RPC may name: what is filled in for it. */
const filled: readonly string[] = ['CUSTOMER', 'PARTY', 'ACCOUNT', 'BRANCH'];

/** What is wrong with what an RPC says of its answers. */
export function disclosureViolations({ path, method, rule, idempotency }: Rpc, options: Options): string[] {
  if (rule === undefined) return [];
  const { disclosure, callers, grants } = rule;
  const isRead = idempotency === 'no_side_effects';
  const isPublished = callers.includes('edge') && grants.length > 0;
  if (disclosure === '') {
    return isRead && isPublished && reaches(method.output, isPersonal(options))
      ? [`${path} shows what is personal: say by disclosure whether whom it is about gets it.`]
      : [];
  }
  if (!isRead) return [`${path} says a disclosure, but writes.`];
  if (disclosure !== 'EXPORTED') return [];
  const unfilled = [...reachable(method.input)].flatMap(({ fields }) =>
    fields.filter((field) => {
      const id = options.idOf(field);
      return id !== undefined && id.access !== 'NAMED' && !filled.includes(id.kind);
    }),
  );
  return [
    ...(method.methodKind === 'unary' ? [] : [`${path} is exported, but streams.`]),
    ...(callers.includes('security-executor') && grants.length > 0
      ? []
      : [`${path} is exported, but security-executor may not call it for anybody.`]),
    ...unfilled.map((field) => `${path} is exported, but asks for ${field.name}, which nobody fills in.`),
  ];
}

/** A service that takes what is personal holds it, and gives a part of what a customer gets. */
export function undisclosedServices({ rpcs, options }: Contract): string[] {
  const holders = rpcs.filter(({ rule, method, idempotency }) => {
    const isTold = rule?.callers.includes('edge') && rule.grants.length > 0 && idempotency === 'idempotent';
    return isTold && reaches(method.input, isPersonal(options));
  });
  return [...new Set(holders.map(({ workload }) => workload))]
    .filter((name) => !rpcs.some(({ workload, rule }) => workload === name && rule?.disclosure === 'EXPORTED'))
    .map((name) => `${name} takes what is personal, and no RPC of it is exported to whom it is about.`);
}

function isPersonal(options: Options) {
  return (field: Parameters<Options['dataOf']>[0]): boolean =>
    ['PERSONAL', 'CARD'].includes(options.dataOf(field)?.class ?? '');
}
