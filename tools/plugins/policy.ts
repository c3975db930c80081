// What every contract of the bank must obey. Each violation is one sentence that names the RPC or the field.
import type { Contract, Rpc } from './contract.ts';
import { commonErrors, reasonsOf } from './contract.ts';
import { disclosureViolations, undisclosedServices } from './disclosure-policy.ts';
import {
  fieldViolations,
  isKeyedByItem,
  messageViolations,
  requestViolations,
  webhookViolations,
} from './field-policy.ts';
import type { Grant, RpcRule } from './options.ts';
import { everyService, findCycle, mayCall, principalCallers } from './workloads.ts';

/** Everything that is wrong with a contract, as sentences; empty when nothing is. */
export function violations(contract: Contract): string[] {
  return [
    ...contract.rpcs.flatMap((rpc) => [
      ...ruleViolations(rpc),
      ...fourEyesViolations(rpc),
      ...stepUpViolations(rpc),
      ...idempotencyViolations(rpc),
      ...streamViolations(rpc),
      ...disclosureViolations(rpc, contract.options),
      ...commentViolations(rpc.path, () => reasonsOf(rpc.method)),
      ...requestViolations(rpc, contract.options),
    ]),
    ...commentViolations('bank.type.v1.ErrorDetail', () => commonErrors(contract)),
    ...graphViolations(contract.rpcs),
    ...undisclosedServices(contract),
    ...contract.messages.flatMap((message) => [
      ...messageViolations(message, contract.options),
      ...webhookViolations(message, contract.options),
    ]),
    ...contract.messages.flatMap((message) =>
      message.fields.flatMap((field) => fieldViolations(field, contract.options)),
    ),
  ];
}

function ruleViolations({ path, rule }: Rpc): string[] {
  if (rule === undefined) {
    return [`${path} has no rule: say who may call it with option (bank.options.v1.rule).`];
  }
  return [
    ...callerViolations(path, rule),
    ...grantPresenceViolations(path, rule),
    ...rule.grants.flatMap((grant) => grantViolations(path, grant)),
  ];
}

function callerViolations(path: string, rule: RpcRule): string[] {
  const found = [];
  if (rule.callers.length === 0) {
    found.push(`${path} has no callers: name at least one workload.`);
  }
  for (const [list, workloads] of Object.entries({ callers: rule.callers, actor_asserters: rule.actorAsserters })) {
    if (workloads.includes('unspecified')) {
      found.push(`${path} has WORKLOAD_UNSPECIFIED among its ${list}.`);
    }
    found.push(...repeated(workloads).map((workload) => `${path} names ${workload} twice among its ${list}.`));
  }
  const strangers = rule.actorAsserters.filter((workload) => !rule.callers.includes(workload));
  return [
    ...found,
    ...strangers.map((workload) => `${path} lets ${workload} assert an actor, which is not among its callers.`),
  ];
}

function grantPresenceViolations(path: string, rule: RpcRule): string[] {
  if (rule.grants.length > 0 && !rule.callers.some((workload) => principalCallers.includes(workload))) {
    return [`${path} has grants, but neither edge nor security-executor is among its callers.`];
  }
  if (rule.grants.length === 0 && rule.callers.includes('security-executor')) {
    return [`${path} has security-executor among its callers, but no grant says for whom.`];
  }
  return [];
}

function grantViolations(path: string, grant: Grant): string[] {
  const found = [];
  const { audience, roles, scopes, approvers } = grant;
  if (audience === 'UNSPECIFIED') {
    found.push(`${path} has a grant without an audience.`);
  }
  if (audience === 'STAFF' ? roles.length === 0 : roles.length > 0) {
    found.push(`${path} has a grant to ${audience} ${roles.length === 0 ? 'without' : 'with'} roles.`);
  }
  if (audience === 'PARTNER' ? scopes.length === 0 : scopes.length > 0) {
    found.push(`${path} has a grant to ${audience} ${scopes.length === 0 ? 'without' : 'with'} scopes.`);
  }
  if ([...roles, ...approvers].includes('UNSPECIFIED') || scopes.includes('')) {
    found.push(`${path} has a grant to ${audience} with an empty role or scope.`);
  }
  found.push(
    ...[...repeated([...roles, ...scopes]), ...repeated(approvers)].map(
      (word) => `${path} names ${word} twice in a grant to ${audience}.`,
    ),
  );
  if (grant.fourEyes !== grant.approvers.length > 0) {
    found.push(
      `${path} has a grant to ${audience} ${grant.fourEyes ? 'with four_eyes, but no' : 'without four_eyes, but with'} approvers.`,
    );
  }
  return found;
}

// What is approved is kept, shown, sent by security in its maker's name and answered later: not everything can be.
function fourEyesViolations({ path, method, rule, idempotency }: Rpc): string[] {
  const grants = rule?.grants.filter((grant) => grant.fourEyes) ?? [];
  if (rule === undefined || grants.length === 0) {
    return [];
  }
  return [
    ...(grants.some((grant) => grant.audience !== 'STAFF') ? [`${path} sets four_eyes for others than STAFF.`] : []),
    ...(rule.callers.includes('security-executor')
      ? []
      : [`${path} sets four_eyes, but security-executor may not call it.`]),
    ...(idempotency !== 'idempotent' || method.methodKind !== 'unary' || isKeyedByItem(method.name)
      ? [`${path} sets four_eyes, but is no command with a request_id.`]
      : []),
    ...(rule.noReplay ? [`${path} sets four_eyes, but takes or answers credentials, which are not kept.`] : []),
  ];
}

// What is proved is one request of somebody who has factors, and is asked again by them once it is proved.
function stepUpViolations({ path, method, rule, idempotency }: Rpc): string[] {
  const grants = rule?.grants.filter((grant) => grant.stepUp) ?? [];
  if (grants.length === 0) {
    return [];
  }
  return [
    ...(grants.some(({ audience }) => audience !== 'CHANNEL' && audience !== 'STAFF')
      ? [`${path} sets step_up for others than CHANNEL and STAFF.`]
      : []),
    ...(grants.some(({ fourEyes }) => fourEyes) ? [`${path} sets step_up with four_eyes: one of them has to do.`] : []),
    ...(idempotency !== 'idempotent' || method.methodKind !== 'unary' || isKeyedByItem(method.name)
      ? [`${path} sets step_up, but is no command with a request_id.`]
      : []),
  ];
}

function idempotencyViolations({ path, idempotency, rule }: Rpc): string[] {
  if (idempotency === undefined) {
    return [`${path} has no idempotency_level: NO_SIDE_EFFECTS if it reads, IDEMPOTENT if it writes.`];
  }
  return rule?.noReplay === true && idempotency === 'no_side_effects'
    ? [`${path} sets no_replay, but only reads.`]
    : [];
}

// Long answers are pages: a stream is for what has no end, or for the bank's own services on the path of money.
function streamViolations({ path, method, idempotency, rule }: Rpc): string[] {
  switch (method.methodKind) {
    case 'unary':
      return [];
    case 'server_streaming':
      return /^(?:Watch|Export)/.test(method.name) && idempotency === 'no_side_effects'
        ? []
        : [`${path} streams its answers: only a read named Watch... or Export... does.`];
    default:
      return method.name === 'PostJournalStream' && rule?.grants.length === 0
        ? []
        : [`${path} streams its requests: only PostJournalStream does, and nobody from outside calls it.`];
  }
}

// The readers of error paragraphs throw what is wrong, to follow the name of the thing.
function commentViolations(name: string, read: () => unknown): string[] {
  try {
    read();
    return [];
  } catch (error) {
    return [`${name} ${error instanceof Error ? error.message : String(error)}.`];
  }
}

function graphViolations(rpcs: readonly Rpc[]): string[] {
  const calls = new Map<string, Set<string>>();
  for (const { workload, rule } of rpcs) {
    for (const caller of rule?.callers ?? []) {
      calls.set(caller, (calls.get(caller) ?? new Set()).add(workload));
    }
  }
  const cycle = findCycle(calls);
  return [
    ...(cycle === undefined ? [] : [`The workloads call each other in a circle: ${cycle.join(' -> ')}.`]),
    ...rpcs.flatMap(({ path, workload, rule }) =>
      [...new Set(rule?.callers ?? [])]
        .filter((caller) => caller !== 'unspecified' && !isAllowed(caller, workload))
        .map((caller) => `${path} has ${caller} among its callers, which may not call ${workload}.`),
    ),
  ];
}

function isAllowed(caller: string, workload: string): boolean {
  return workload === everyService ? principalCallers.includes(caller) : (mayCall[caller] ?? []).includes(workload);
}

function repeated(words: readonly string[]): string[] {
  return [...new Set(words.filter((word, index) => words.indexOf(word) < index))];
}
