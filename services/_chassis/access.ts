// The contract is the policy: every call is held against the rule of its RPC before anything is done. Who may call and
// for whom is decided here; whose a thing is, by the service that owns the fact, through `owners`.
import type { Message } from '@bufbuild/protobuf';
import { Audience, StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import type { Access, IdKind, Rule, Workload } from '#gen/bank/rules.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import type { Call } from './call-context.ts';
import { type Refusal, refuseCall } from './errors.ts';

/**
 * Decides whether a principal may VIEW or ACT on things of one kind: throws what an unknown id is answered with when
 * one of them is not theirs, so that a foreign id and an unknown one look alike.
 */
export type Owner = (ids: readonly string[], access: 'VIEW' | 'ACT', principal: Actor, call: Call) => Promise<void>;

/** The kinds of id whose owner a service can tell. A kind that is missing is decided by the RPC itself, item by item. */
export type Owners = Partial<Readonly<Record<IdKind, Owner>>>;

/** Refuses a workload that may not call, and a principal whom no grant names. */
export function checkRule(rule: Rule, caller: Workload, principal: Actor | undefined): void {
  if (!rule.callers.includes(caller)) throw refuseCall('CALLER_NOT_ALLOWED');
  if (isPrincipalScoped(caller)) checkGrants(rule, principal);
}

/** Refuses a principal whom no grant of the rule names. A PUBLIC grant needs none. */
export function checkGrants(rule: Rule, principal: Actor | undefined): void {
  if (rule.grants.some(({ audience }) => audience === 'PUBLIC')) return;
  if (!principal) throw refuseCall('TOKEN_MISSING');
  const granted = rule.grants.some(
    (grant) =>
      Audience[grant.audience] === principal.audience &&
      (grant.audience !== 'STAFF' || grant.roles.some((role) => principal.roles.includes(StaffRole[role]))) &&
      (grant.audience !== 'PARTNER' || grant.scopes.some((scope) => principal.scopes.includes(scope))),
  );
  if (!granted) throw refuseCall('CALLER_NOT_ALLOWED');
}

/** Calls from the edge and from security's executor are made for somebody; all others are the workload's own. */
export function isPrincipalScoped(caller: Workload): boolean {
  return caller === 'edge' || caller === 'security-executor';
}

/** Refuses an Actor as data from a caller that may not assert one. */
export function checkActors(rule: Rule, caller: Workload, request: Message): void {
  if (rule.actorAsserters.includes(caller)) return;
  if (rule.actors.some((path) => valuesAt(request, path).length > 0)) throw refuseCall('ACTOR_NOT_ALLOWED');
}

/** Holds every VIEW and ACT id of a principal's request against its owner. Staff see and act on everything (branches come later). */
export async function checkOwners(rule: Rule, request: Message, call: Call, owners: Owners): Promise<void> {
  const { principal } = call;
  if (!isPrincipalScoped(call.caller)) return;
  for (const { path, kind, access } of rule.ids) {
    if (access === 'NAMED') continue;
    const ids = valuesAt(request, path).filter((id): id is string => typeof id === 'string' && id !== '');
    const owner = owners[kind];
    if (ids.length === 0 || !owner || !principal || principal.audience === Audience.STAFF) continue;
    await owner(ids, access as Exclude<Access, 'NAMED'>, principal, call);
  }
}

/** All values at a path of local property names; lists stand for their items, a oneof takes two steps. */
function valuesAt(root: unknown, path: readonly string[]): unknown[] {
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

/** An owner check for things that belong to a customer by their id alone: the principal's own. */
export function ownCustomer(notFound: () => Refusal): Owner {
  return async (ids, _access, principal) => {
    if (principal.audience !== Audience.CHANNEL || ids.some((id) => id !== principal.partyId)) throw notFound();
  };
}
