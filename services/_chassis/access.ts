// The contract is the policy: every call is held against the rule of its RPC before anything is done. Who may call and
// for whom is decided here; whose a thing is, by the service that owns the fact, through `owners`.
import type { DescService, Message } from '@bufbuild/protobuf';
import { Audience, StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import { type Access, type Grant, type IdKind, type Rule, rulesByPath, type Workload } from '#gen/bank/rules.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { BRANCH_ROLES, branchAmong } from './branches.ts';
import type { Call } from './call-context.ts';
import { type Refusal, refuseCall } from './errors.ts';

/**
 * Decides whether a principal, a customer, a partner or a member of staff who is held to a branch (`branchOf`), may VIEW or
 * ACT on things of one kind: throws what an unknown id is answered with when one of them is not theirs, so that a foreign
 * id and an unknown one look alike.
 */
export type Owner = (ids: readonly string[], access: 'VIEW' | 'ACT', principal: Actor, call: Call) => Promise<void>;

/**
 * Whose the ids of each kind are: an Owner that tells, or `decided-by-rpc` where every RPC looks for itself, item by
 * item. A service does not start without an entry for every kind that customers or partners may name to it.
 */
export type Owners = Partial<Readonly<Record<IdKind, Owner | 'decided-by-rpc'>>>;

/**
 * Throws when anybody but staff of the whole bank could name an id to an RPC of this service without anybody asking whose
 * it is.
 */
export function refuseUnowned(service: DescService, owners: Owners): void {
  for (const { name } of service.methods) {
    const rpc = `${service.typeName}/${name}`;
    const rule = rulesByPath.get(rpc);
    const open = rule?.grants.some(({ audience }) => audience === 'PUBLIC');
    if (!rule?.grants.some(isBounded)) continue;
    for (const { path, kind, access } of rule.ids) {
      // A branch is held against that of the principal, here and for all.
      if (access === 'NAMED' || kind === 'BRANCH') continue;
      // An owner is asked about a principal, and a PUBLIC call may have none.
      if (open ? owners[kind] === 'decided-by-rpc' : owners[kind]) continue;
      throw new Error(`${rpc}: nobody tells whose ${kind} is in ${path.join('.')}; add it to the service's owners`);
    }
  }
}

/** Whether somebody may come by a grant who does not see the whole bank. */
function isBounded({ audience, roles }: Grant): boolean {
  return audience !== 'STAFF' || roles.some((role) => BRANCH_ROLES.includes(StaffRole[role]));
}

/** Refuses a workload that may not call, and a principal whom no grant names or who may not call alone. */
export function checkRule(rule: Rule, caller: Workload, principal: Actor | undefined): void {
  if (!rule.callers.includes(caller)) throw refuseCall('CALLER_NOT_ALLOWED');
  // What has no grant, the edge calls of its own accord.
  if (!isPrincipalScoped(caller) || (caller === 'edge' && rule.grants.length === 0)) return;
  // The edge has such calls approved first, and never sends them itself.
  if (checkGrants(rule, principal).fourEyes && caller !== 'security-executor') throw refuseCall('CALLER_NOT_ALLOWED');
}

/**
 * The grant that lets a principal in; of several, one that asks for no second pair of eyes, and for no proof. Refuses a principal
 * whom none names. A PUBLIC grant needs nobody.
 */
export function checkGrants(rule: Rule, principal: Actor | undefined): Grant {
  const grant = grantFor(rule, principal);
  if (!grant) throw refuseCall(principal ? 'CALLER_NOT_ALLOWED' : 'TOKEN_MISSING');
  return grant;
}

function grantFor(rule: Rule, principal: Actor | undefined): Grant | undefined {
  const open = rule.grants.find(({ audience }) => audience === 'PUBLIC');
  if (open || !principal) return open;
  const granted = rule.grants.filter(
    (grant) =>
      Audience[grant.audience] === principal.audience &&
      (grant.audience !== 'STAFF' || grant.roles.some((role) => principal.roles.includes(StaffRole[role]))) &&
      (grant.audience !== 'PARTNER' || grant.scopes.some((scope) => principal.scopes.includes(scope))),
  );
  const alone = granted.filter(({ fourEyes }) => !fourEyes);
  return alone.find(({ stepUp }) => !stepUp) ?? alone[0] ?? granted[0];
}

/** Refuses a request that the caller may not make: not approved, for an actor, or about things of others. */
export async function checkRequest(rule: Rule, request: Message, call: Call, owners: Owners): Promise<void> {
  checkApproval(rule, call, request);
  checkActors(rule, call.caller, request);
  await checkOwners(rule, request, call, owners);
}

/** Refuses what is to be done and needs a second pair of eyes, where nobody else has approved it. Only to try it needs none. */
export function checkApproval(rule: Rule, { caller, principal }: Call, request: Message): void {
  if (caller !== 'security-executor' || !principal || !checkGrants(rule, principal).fourEyes) return;
  const isTried = (request as Message & { validateOnly?: boolean }).validateOnly === true;
  const isApproved = principal.approverId !== '' && principal.approverId !== principal.partyId;
  if (!isTried && !isApproved) throw refuseCall('CALLER_NOT_ALLOWED');
}

/** Calls from the edge and from security's executor are made for somebody; all others are the workload's own. */
export function isPrincipalScoped(caller: Workload): boolean {
  return caller === 'edge' || caller === 'security-executor';
}

/**
 * The branch that the principal of a call is held to: a member of staff whom the rule lets in by roles of a branch alone.
 * Undefined where no branch bounds who calls.
 */
export function branchOf({ rpc, caller, principal }: Call): string | undefined {
  if (!isPrincipalScoped(caller) || principal?.audience !== Audience.STAFF) return undefined;
  return branchIn(rulesByPath.get(rpc), principal);
}

/**
 * The branch that a member of staff is held to by a rule: by those of its grants alone that ask as much as the one that lets
 * them in, so that nobody calls alone by one role and sees the whole bank by another that may not.
 */
export function branchIn(rule: Rule | undefined, principal: Actor): string | undefined {
  const taken = rule && grantFor(rule, principal);
  const grants = rule?.grants.filter(({ fourEyes, stepUp }) => fourEyes === taken?.fourEyes && stepUp === taken.stepUp);
  return branchAmong(grants?.flatMap(({ roles }) => roles.map((role) => StaffRole[role])) ?? [], principal);
}

/** Whether nothing is foreign to whoever calls: workloads, which look after that themselves, and staff of the whole bank. */
export function seesWholeBank(call: Call): boolean {
  if (!isPrincipalScoped(call.caller)) return true;
  return call.principal?.audience === Audience.STAFF && branchOf(call) === undefined;
}

/** Refuses an Actor as data from a caller that may not assert one. */
export function checkActors(rule: Rule, caller: Workload, request: Message): void {
  if (rule.actorAsserters.includes(caller)) return;
  if (rule.actors.some((path) => valuesAt(request, path).length > 0)) throw refuseCall('ACTOR_NOT_ALLOWED');
}

/**
 * Holds every VIEW and ACT id of a principal's request against its owner, and a branch against theirs. Staff of the whole
 * bank see and act on everything: of them nobody is asked.
 */
export async function checkOwners(rule: Rule, request: Message, call: Call, owners: Owners): Promise<void> {
  const { principal } = call;
  if (!principal || seesWholeBank(call)) return;
  const branch = branchOf(call);
  for (const { path, kind, access } of rule.ids) {
    if (access === 'NAMED') continue;
    const ids = valuesAt(request, path).filter((id): id is string => typeof id === 'string' && id !== '');
    if (ids.length === 0) continue;
    if (kind === 'BRANCH') checkBranch(ids, branch);
    const owner = owners[kind];
    if (typeof owner === 'function') await owner(ids, access as Exclude<Access, 'NAMED'>, principal, call);
  }
}

/** Refuses staff who name another branch than the one they are held to. That it exists is no secret. */
function checkBranch(ids: readonly string[], branch: string | undefined): void {
  if (branch !== undefined && ids.some((id) => id !== branch)) throw refuseCall('BRANCH_NOT_ALLOWED');
}

/** All values at a path of the rules, local property names; lists stand for their items, a oneof takes two steps. */
export function valuesAt(root: unknown, path: readonly string[]): unknown[] {
  let values: unknown[] = [root];
  for (const name of path) {
    values = values.flatMap((value) => {
      const at = value as Record<string, unknown> & { case?: string; value?: unknown };
      const next =
        typeof at.case === 'string' && '$typeName' in at === false
          ? at.case === name
            ? at.value
            : undefined
          : at[name];
      if (next === undefined) return [];
      return Array.isArray(next) ? (next as unknown[]) : [next];
    });
  }
  return values;
}

/** Finds the branches of things by their ids; what does not exist is left out. */
export type BranchesOf = (ids: readonly string[], call: Call) => Promise<Iterable<readonly [string, string]>>;

/**
 * Throws what an unknown id is answered with when one of these is not with the branch that the principal is held to.
 * Answers whether they are held to one: then it is decided.
 */
export async function heldToBranch(
  ids: readonly string[],
  call: Call,
  branchesOf: BranchesOf,
  notFound: () => Refusal,
): Promise<boolean> {
  const branch = branchOf(call);
  if (branch === undefined) return false;
  const branches = new Map(await branchesOf([...new Set(ids)], call));
  if (ids.some((id) => branches.get(id) !== branch)) throw notFound();
  return true;
}

/** An owner check for customers: to a customer their own, to staff who are held to a branch those of the branch. */
export function ownCustomer(notFound: () => Refusal, branchesOf: BranchesOf): Owner {
  return async (ids, _access, principal, call) => {
    if (await heldToBranch(ids, call, branchesOf, notFound)) return;
    if (principal.audience !== Audience.CHANNEL || ids.some((id) => id !== principal.partyId)) throw notFound();
  };
}
