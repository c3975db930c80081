// The keyed hashes of what customers are found by and told apart by.
import type { CommandTx } from '#chassis/command.ts';
import type { Vault } from '#chassis/sealing.ts';
import type { Identifier } from '#gen/bank/customer/v1/customer_pb.ts';
import { refuse } from './domain/refusals.ts';
import { identityOf, type Term } from './domain/search.ts';
import { type HashedTerm, lockIdentifiers, selectHeldByOthers } from './tables.ts';

/** The hashes of terms. */
export function hashTerms(vault: Vault, terms: readonly Term[]): HashedTerm[] {
  return terms.map(({ purpose, value }) => ({ purpose, hash: vault.hash(`customer.${purpose}`, value) }));
}

/**
 * Locks the identifiers of a customer, and refuses those that another active customer holds. Answers their hashes: they
 * are this customer's to hold until the transaction ends.
 */
export async function claimIdentifiers(
  tx: CommandTx,
  vault: Vault,
  customerId: string,
  identifiers: readonly Identifier[],
): Promise<Buffer[]> {
  if (identifiers.length === 0) return [];
  const hashes = identifiers.map((identifier) => vault.hash('customer.held-identifier', identityOf(identifier)));
  await tx.query(lockIdentifiers(hashes));
  const [taken] = await tx.query(selectHeldByOthers(customerId, hashes));
  if (taken) {
    const index = hashes.findIndex((hash) => hash.equals(taken.hash));
    throw refuse('IDENTIFIER_TAKEN', { field: `identifiers[${index}]` });
  }
  return hashes;
}
