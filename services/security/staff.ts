// What the RPCs about members of staff share: how one is sealed, found and shown, and whose tokens they get.
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import type { CommandTx } from '#chassis/command.ts';
import { asBuffer } from '#chassis/encode.ts';
import { Audience, StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import { type StaffMember, StaffMemberSchema, StaffState } from '#gen/bank/security/v1/staff_pb.ts';
import { type Actor, ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import { SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import type { Context } from './context.ts';
import { refuse } from './domain/refusals.ts';
import { lockStaffMember, type StaffRow } from './staff-tables.ts';

const NAME_CONTEXT = 'security.staff-name';

/** A name as it is kept. */
export async function sealName(
  { vault }: Pick<Context, 'vault'>,
  staffId: string,
  displayName: string,
): Promise<Buffer> {
  const sealed = await vault.seal(staffId, NAME_CONTEXT, Buffer.from(displayName));
  return asBuffer(toBinary(SealedSchema, sealed));
}

/** A member of staff as the contract shows them. */
export async function shownStaff({ vault }: Context, row: StaffRow): Promise<StaffMember> {
  const name = await vault.open(fromBinary(SealedSchema, row.displayName), NAME_CONTEXT);
  return create(StaffMemberSchema, {
    staffId: row.id,
    displayName: String(name ?? ''),
    branchId: row.branchId,
    roles: rolesNamed(row.roles),
    state: row.state === 'active' ? StaffState.ACTIVE : StaffState.DEACTIVATED,
    etag: String(row.version),
  });
}

/** A member of staff who is active, locked. Refuses STAFF_MEMBER_NOT_FOUND and STAFF_MEMBER_DEACTIVATED. */
export async function lockActive(tx: CommandTx, staffId: string): Promise<StaffRow> {
  const [row] = await tx.query(lockStaffMember(staffId));
  if (!row) throw refuse('STAFF_MEMBER_NOT_FOUND');
  if (row.state !== 'active') throw refuse('STAFF_MEMBER_DEACTIVATED');
  return row;
}

/** Whose the tokens of a party's session are: a customer's, or a member of staff's with the roles and the branch that they have. */
export function actorOf(staff: StaffRow | undefined, partyId: string, sessionId: string): Actor {
  if (!staff) return create(ActorSchema, { audience: Audience.CHANNEL, partyId, sessionId });
  const { branchId, roles } = staff;
  return create(ActorSchema, { audience: Audience.STAFF, partyId, sessionId, branchId, roles: rolesNamed(roles) });
}

function rolesNamed(names: readonly string[]): StaffRole[] {
  return names.map((name) => StaffRole[name as keyof typeof StaffRole]);
}
