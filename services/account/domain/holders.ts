// Who may hold an account of which type.
import { CustomerState } from '#gen/bank/customer/v1/customer_pb.ts';
import { refuse } from './refusals.ts';
import type { AccountType, HolderRole } from './words.ts';

/** Somebody who is to hold an account. */
export interface Holding {
  readonly customerId: string;
  readonly role: HolderRole;
}

/** What the customer service tells of a customer. */
export interface Standing {
  readonly customerId: string;
  readonly state: CustomerState;
  readonly organisation: boolean;
  /** Whether the bank does no business with them for now. */
  readonly restricted: boolean;
}

/**
 * Refuses holders that do not fit the type: an individual and a business account have one owner, a joint account two or
 * more; anybody may have disponents; nobody holds an account twice. Answers the first owner's id.
 */
export function checkRoles(type: AccountType, holders: readonly Holding[]): string {
  const owners = holders.filter(({ role }) => role === 'owner');
  const fits = type === 'joint' ? owners.length >= 2 : owners.length === 1;
  const twice = new Set(holders.map(({ customerId }) => customerId)).size < holders.length;
  const [first] = owners;
  if (!fits || twice || !first) throw refuse('HOLDERS_INVALID');
  return first.customerId;
}

/** Refuses a change of holders that changes nothing. */
export function checkHolderChange(
  before: { readonly type: AccountType; readonly holders: readonly Holding[] },
  after: { readonly type: AccountType; readonly holders: readonly Holding[] },
): void {
  const inShort = ({ type, holders }: typeof before) =>
    [type, ...holders.map(({ customerId, role }) => `${customerId} ${role}`)].join();
  if (inShort(before) === inShort(after)) throw refuse('HOLDERS_UNCHANGED');
}

/**
 * Refuses holders who are unknown, no longer customers, restricted, or of the wrong kind: an organisation owns business accounts and
 * nothing else, everybody else is a person. What takes history is there already, whoever holds it.
 */
export function checkStandings(
  { type, migrating }: { readonly type: AccountType; readonly migrating: boolean },
  holders: readonly Holding[],
  standings: readonly Standing[],
): void {
  const known = new Map(standings.map((standing) => [standing.customerId, standing]));
  for (const { customerId } of holders) {
    if (!known.has(customerId)) throw refuse('CUSTOMER_NOT_FOUND', { customer_id: customerId });
  }
  for (const { customerId, role } of holders) {
    const standing = known.get(customerId);
    if (standing?.state !== CustomerState.ACTIVE) throw refuse('CUSTOMER_DEACTIVATED', { customer_id: customerId });
    if (standing.restricted && !migrating) throw refuse('CUSTOMER_RESTRICTED', { customer_id: customerId });
    const shallBeOrganisation = type === 'business' && role === 'owner';
    if (standing.organisation !== shallBeOrganisation) throw refuse('HOLDERS_INVALID', { customer_id: customerId });
  }
}
