// The statements about members of staff.
import { type RawBuilder, sql } from 'kysely';

/** A member of the bank's staff. */
export interface StaffRow {
  readonly id: string;
  /** Sealed. */
  readonly displayName: Buffer;
  readonly branchId: string;
  /** By their names in the contract. */
  readonly roles: readonly string[];
  readonly state: 'active' | 'deactivated';
  readonly version: number;
}

const STAFF = sql`id, display_name as "displayName", branch_id as "branchId", roles, state, version`;

/** Registers a member of staff. */
export function insertStaffMember({ id, displayName, branchId, roles }: StaffRow): RawBuilder<unknown> {
  return sql`
    insert into staff_member (id, display_name, branch_id, roles, state, version)
    values (${id}, ${displayName}, ${branchId}, ${roles}, 'active', 1)
  `;
}

/** A member of staff. */
export function selectStaffMember(id: string): RawBuilder<StaffRow> {
  return sql<StaffRow>`select ${STAFF} from staff_member where id = ${id}`;
}

/** A member of staff, locked. */
export function lockStaffMember(id: string): RawBuilder<StaffRow> {
  return sql<StaffRow>`select ${STAFF} from staff_member where id = ${id} for update`;
}

/** A member of staff, who does not change until the transaction ends. */
export function shareStaffMember(id: string): RawBuilder<StaffRow> {
  return sql<StaffRow>`select ${STAFF} from staff_member where id = ${id} for share`;
}

/** Members of staff by their ids, from after one on. */
export function selectStaffMembers(after: string, limit: number): RawBuilder<StaffRow> {
  return sql<StaffRow>`select ${STAFF} from staff_member where id > ${after} order by id limit ${limit}`;
}

/** Keeps what a member of staff is now, in the next version. */
export function updateStaffMember({ id, branchId, roles, state, version }: StaffRow): RawBuilder<unknown> {
  return sql`
    update staff_member set branch_id = ${branchId}, roles = ${roles}, state = ${state}, version = ${version}
    where id = ${id}
  `;
}
