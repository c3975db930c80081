// Who may say what of a customer, beyond who may call. A claim that decides whose accounts are whose is not the claimant's.

import { type Identifier, IdentifierKind } from '#gen/bank/customer/v1/customer_pb.ts';
import { UpdateCustomerRequestSchema } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { Audience, StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { refuse } from './refusals.ts';

/** What customers may change of themselves: how they can be reached. Who they are, the bank has checked. */
const OWN = ['contacts', 'address'];

/** Refuses a change of fields, by their local names, that is staff's to make. */
export function checkFields(
  names: readonly (keyof typeof UpdateCustomerRequestSchema.field)[],
  principal: Actor | undefined,
): void {
  if (principal?.audience === Audience.STAFF) return;
  const name = names.find((candidate) => !OWN.includes(candidate));
  if (name !== undefined) throw refuse('FIELD_NOT_ALLOWED', { field: UpdateCustomerRequestSchema.field[name].name });
}

/**
 * Whether a principal may read who changed a customer, and why. Customers may of their own changes alone: what staff write of
 * them is for staff, and can be what the law forbids to tell (AMLD, article 39).
 */
export function mayRead(author: Pick<Actor, 'partyId'>, principal: Actor | undefined): boolean {
  return principal?.audience === Audience.STAFF || (principal !== undefined && author.partyId === principal.partyId);
}

/**
 * Refuses identifiers of kind MIGRATION that were not there before, and that would no longer be there, unless back office
 * makes the change: an import takes whoever holds one for the client whose money it brings.
 */
export function checkMigration(
  before: readonly Identifier[],
  after: readonly Identifier[],
  principal: Actor | undefined,
): void {
  if (principal?.audience === Audience.STAFF && principal.roles.includes(StaffRole.BACK_OFFICE)) return;
  if (migrationOf(before) !== migrationOf(after)) throw refuse('IDENTIFIER_NOT_ALLOWED', { field: 'identifiers' });
}

function migrationOf(identifiers: readonly Identifier[]): string {
  const held = identifiers
    .filter(({ kind }) => kind === IdentifierKind.MIGRATION)
    .map(({ countryCode, value }) => JSON.stringify([countryCode, value]));
  return held.toSorted().join();
}
