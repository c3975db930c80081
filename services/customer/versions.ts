// The versions of customers: each change adds one, and nothing is ever changed or removed.

import { create } from '@bufbuild/protobuf';
import type { CommandTx } from '#chassis/command.ts';
import type { Vault } from '#chassis/sealing.ts';
import { type CustomerVersion, CustomerVersionSchema } from '#gen/bank/customer/v1/customer_pb.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { mayRead } from './domain/rights.ts';
import { customerMessage, openProfile } from './profile.ts';
import { type CustomerRow, CustomerVersionRow } from './tables.ts';

const REMARK_CONTEXT = 'customer.remark';

/** Why a customer was changed, and by whom. */
export interface Cause {
  readonly actor: Actor | undefined;
  readonly remark: string;
}

/** Counts a change of a customer, who is then screened again. No version begins before the one before it, whichever process made that. */
export function countVersion(row: CustomerRow): void {
  row.version += 1;
  markChanged(row);
  row.updateTime = new Date(Math.max(Date.now(), row.updateTime.getTime()));
}

/** Has a customer screened and assessed again, with those to whom they stand in a relation. */
export function markChanged(row: Pick<CustomerRow, 'screeningMark' | 'screenedGeneration' | 'assessedVersion'>): void {
  row.screeningMark += 1n;
  row.screenedGeneration = 0;
  row.assessedVersion = 0;
}

/** Keeps what a customer has become. Their key was fetched before the transaction, where there is a remark to seal. */
export async function keepVersion(
  tx: Pick<CommandTx, 'insert'>,
  vault: Vault,
  row: Pick<CustomerRow, 'id' | 'version' | 'state' | 'branchId' | 'relationshipOfficerId' | 'profile' | 'updateTime'>,
  { actor, remark }: Cause,
): Promise<void> {
  const { id, version, state, branchId, relationshipOfficerId, profile, updateTime } = row;
  tx.insert(CustomerVersionRow, {
    customerId: id,
    version,
    state,
    branchId,
    relationshipOfficerId,
    profile,
    actorAudience: actor?.audience ?? Audience.UNSPECIFIED,
    actorId: actor?.partyId ?? '',
    ...(remark !== '' && { remark: await vault.seal(id, REMARK_CONTEXT, Buffer.from(remark)) }),
    createTime: updateTime,
  });
}

/** What a customer was by one of their versions. */
export function asOf(customer: CustomerRow, kept: CustomerVersionRow): Parameters<typeof customerMessage>[0] {
  const { version, state, branchId, relationshipOfficerId, createTime: updateTime } = kept;
  const { id, createTime } = customer;
  return { id, createTime, version, state, branchId, relationshipOfficerId, updateTime };
}

/** The message of a version, as it is shown to a principal. Of one who was erased, only what is not personal. */
export async function versionMessage(
  vault: Vault,
  customer: CustomerRow,
  kept: CustomerVersionRow,
  principal: Actor | undefined,
): Promise<CustomerVersion> {
  const { actorAudience: audience, actorId: partyId } = kept;
  const actor = { audience, partyId };
  const isOpen = mayRead(actor, principal);
  const remark = isOpen && kept.remark ? await vault.open(kept.remark, REMARK_CONTEXT) : undefined;
  return create(CustomerVersionSchema, {
    customer: customerMessage(asOf(customer, kept), await openProfile(vault, kept)),
    ...(audience !== Audience.UNSPECIFIED && { actor: isOpen ? actor : { audience } }),
    remark: remark?.toString() ?? '',
  });
}
