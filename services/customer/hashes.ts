// The keyed hashes of what customers are found by and told apart by.
import type { CommandTx } from '#chassis/command.ts';
import type { Vault } from '#chassis/sealing.ts';
import type { Identifier } from '#gen/bank/customer/v1/customer_pb.ts';
import { refuse } from './domain/refusals.ts';
import { identityOf, type Term } from './domain/search.ts';
import { type HashedTerm, holdIdentifiers, lockIdentifiers } from './tables.ts';

/** The hashes of terms. */
export function hashTerms(vault: Vault, terms: readonly Term[]): HashedTerm[] {
  return terms.map(({ purpose, value }) => ({ purpose, hash: vault.hash(`customer.${purpose}`, value) }));
}

/**
 * Makes identifiers, and no others, those that a customer holds; at once, so that the next of the batch finds them.
 * Refuses those that another active customer holds, and has then written nothing.
 */
export async function claimIdentifiers(
  tx: CommandTx,
  vault: Vault,
  customerId: string,
  identifiers: readonly Identifier[],
): Promise<void> {
  const hashes = identifiers.map((identifier) => vault.hash('customer.held-identifier', identityOf(identifier)));
  if (hashes.length > 0) await tx.query(lockIdentifiers(hashes));
  const [taken] = await tx.query(holdIdentifiers(customerId, hashes));
  if (!taken) return;
  const index = hashes.findIndex((hash) => hash.equals(taken.hash));
  throw refuse('IDENTIFIER_TAKEN', { field: `identifiers[${index}]` });
}
