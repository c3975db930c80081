import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import {
  ChangeStaffRolesResponseSchema,
  DeactivateStaffMemberResponseSchema,
  IssueStaffEnrolmentCodeResponseSchema,
  ListStaffMembersResponseSchema,
  RegisterStaffMemberResponseSchema,
  SecurityService,
} from '#gen/bank/security/v1/security_service_pb.ts';
import { type StaffMember, StaffState } from '#gen/bank/security/v1/staff_pb.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { usage } from '../failure.ts';
import { fields, table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';
import { time } from '../time.ts';

interface Work extends WriteOptions {
  readonly branch: string;
  readonly role: readonly string[];
}

/** Registers a member of staff. */
export async function registerStaff({ bank, out }: Session, options: Work & { name: string }): Promise<void> {
  const order = { ...workOf(options), displayName: options.name };
  const answer = await bank().client(SecurityService).registerStaffMember(order);
  await out.message(RegisterStaffMemberResponseSchema, answer, () => staffText(answer.staffMember));
}

/** Changes what somebody may be, and where. */
export async function changeStaff(
  { bank, out }: Session,
  options: Work & { etag?: string },
  staffId = '',
): Promise<void> {
  const order = { ...workOf(options), staffId, etag: options.etag ?? '' };
  const answer = await bank().client(SecurityService).changeStaffRoles(order);
  await out.message(ChangeStaffRolesResponseSchema, answer, () => staffText(answer.staffMember));
}

/** Ends that somebody can log in. */
export async function deactivateStaff(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false }: WriteOptions,
  staffId = '',
): Promise<void> {
  const answer = await bank().client(SecurityService).deactivateStaffMember({ requestId, validateOnly, staffId });
  await out.message(DeactivateStaffMemberResponseSchema, answer, () => staffText(answer.staffMember));
}

/** Issues the code with which somebody registers their first credentials. */
export async function staffCode(
  { bank, out }: Session,
  { requestId = randomUUID(), validateOnly = false }: WriteOptions,
  staffId = '',
): Promise<void> {
  const answer = await bank().client(SecurityService).issueStaffEnrolmentCode({ requestId, validateOnly, staffId });
  await out.message(IssueStaffEnrolmentCodeResponseSchema, answer, () =>
    fields([
      ['member of staff', staffId],
      ['code', answer.enrolmentCode],
      ['until', time(answer.expireTime)],
    ]),
  );
}

/** Lists the bank's staff. */
export async function listStaff({ bank, out }: Session, { limit }: ListOptions): Promise<void> {
  const service = bank().client(SecurityService);
  const staffMembers: StaffMember[] = [];
  for await (const page of pagesOf((asked) => service.listStaffMembers(asked), limit)) {
    staffMembers.push(...page.staffMembers);
  }
  await out.message(ListStaffMembersResponseSchema, create(ListStaffMembersResponseSchema, { staffMembers }), () =>
    table(
      ['member of staff', 'name', 'branch', 'roles', 'state'],
      staffMembers.map((one) => [
        one.staffId,
        one.displayName,
        one.branchId,
        rolesOf(one),
        word(StaffState, one.state),
      ]),
    ),
  );
}

function workOf({ requestId = randomUUID(), validateOnly = false, branch, role }: Work) {
  return { requestId, validateOnly, branchId: branch, roles: role.map(readRole) };
}

function readRole(text: string): StaffRole {
  const roles: Readonly<Record<string, StaffRole>> = StaffRole;
  const role = roles[text.toUpperCase().replaceAll('-', '_')];
  if (role !== undefined && role !== StaffRole.UNSPECIFIED) return role;
  const known = Object.values(StaffRole).filter((one) => one !== StaffRole.UNSPECIFIED);
  throw usage(`There is no role ${text}. There are: ${known.map((one) => word(StaffRole, one)).join(', ')}.`);
}

function rolesOf({ roles }: StaffMember): string {
  return roles.map((role) => word(StaffRole, role)).join(', ');
}

function staffText(member: StaffMember | undefined): string {
  if (!member) return '';
  return fields([
    ['member of staff', member.staffId],
    ['name', member.displayName],
    ['branch', member.branchId],
    ['roles', rolesOf(member)],
    ['state', word(StaffState, member.state)],
    ['etag', member.etag],
  ]);
}
