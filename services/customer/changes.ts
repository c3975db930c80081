// What the commands that change a customer share: load them under a lock, and say what became of them.

import type { JsonObject } from '@bufbuild/protobuf';
import { toJson } from '@bufbuild/protobuf';
import { LockMode } from '@mikro-orm/core';
import type { CommandTx } from '#chassis/command.ts';
import type { Vault } from '#chassis/sealing.ts';
import { type Customer, CustomerSchema } from '#gen/bank/customer/v1/customer_pb.ts';
import type { Particulars } from './domain/particulars.ts';
import { refuse } from './domain/refusals.ts';
import { publish } from './events.ts';
import { customerMessage, openProfile } from './profile.ts';
import { CustomerRow } from './tables.ts';
import { type Cause, countVersion, keepVersion } from './versions.ts';

/** An active customer, whose row is locked until the batch ends, and what they were before the change. */
export interface Loaded {
  readonly row: CustomerRow;
  readonly particulars: Particulars;
  readonly before: Customer;
}

/** Loads an active customer. Their key was fetched before the transaction, so that opening the profile waits for nobody. */
export async function loadActive(tx: CommandTx, vault: Vault, id: string): Promise<Loaded> {
  const row = await tx.em.findOne(CustomerRow, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true });
  if (!row) throw refuse('CUSTOMER_NOT_FOUND');
  const particulars = row.state === 'active' ? await openProfile(vault, row) : undefined;
  // One who was erased is no longer a customer either.
  if (!particulars) throw refuse('CUSTOMER_DEACTIVATED');
  return { row, particulars, before: customerMessage(row, particulars) };
}

/** Counts the change of a customer, keeps, publishes and records it. Answers the customer as they are now. */
export async function changed(
  tx: CommandTx,
  vault: Vault,
  what: 'updated' | 'deactivated',
  { row, before, particulars, cause }: Loaded & { readonly cause: Cause },
): Promise<Customer> {
  countVersion(row);
  publish(tx, what, row, before.branchId);
  await keepVersion(tx, vault, row, cause);
  const after = customerMessage(row, particulars);
  record(tx, after, before);
  return after;
}

/** Records what a command made of a customer, for the audit. */
export function record(tx: CommandTx, after: Customer, before?: Customer): void {
  const { customerId } = after;
  tx.record({
    resourceIds: [customerId],
    partyId: customerId,
    ...(before && { before: json(before) }),
    after: json(after),
  });
}

function json(customer: Customer): JsonObject {
  return toJson(CustomerSchema, customer) as JsonObject;
}
