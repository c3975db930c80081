import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import { StaffState } from '#gen/bank/security/v1/staff_pb.ts';
import { security } from '../service.ts';
import { approved, expectNowhere, unique } from '../testing.ts';

describe('RegisterStaffMember', () => {
  const bank = useService(security);
  const order = (roles: StaffRole[] = [StaffRole.TELLER], displayName = 'Eva Nova') => ({
    requestId: unique('staff'),
    displayName,
    branchId: 'brn_praha',
    roles,
  });

  it('registers whom another administrator has approved, with their name sealed', async () => {
    const displayName = unique('Eva');
    const request = order([StaffRole.TELLER, StaffRole.BRANCH_MANAGER], displayName);
    const answer = await approved(bank).registerStaffMember(request);
    expect(answer.staffMember).to.deep.include({ displayName, branchId: 'brn_praha', roles: request.roles, etag: '1' });
    expect(answer.staffMember?.state).to.equal(StaffState.ACTIVE);
    expect(await approved(bank).registerStaffMember(request)).to.deep.equal(answer);
    const staffId = answer.staffMember?.staffId ?? '';
    expect(staffId).to.match(/^stf_/);
    expect(await eventsOf(bank.database, staffId)).to.deep.equal(['StaffMemberRegistered 1']);
    await expectNowhere(bank.database, [displayName]);
  });

  it('registers nobody on the word of one administrator', async () => {
    await refused(bank.asPrincipal(staff('ADMINISTRATOR')).registerStaffMember(order()), 'CALLER_NOT_ALLOWED');
    await refused(approved(bank, 'stf_one', 'stf_one').registerStaffMember(order()), 'CALLER_NOT_ALLOWED');
    await refused(bank.asPrincipal(staff('BRANCH_MANAGER')).registerStaffMember(order()), 'CALLER_NOT_ALLOWED');
  });

  it('refuses an administrator who would move money, and an auditor who would do anything', async () => {
    for (const role of [StaffRole.ADMINISTRATOR, StaffRole.AUDITOR]) {
      await refused(approved(bank).registerStaffMember(order([role, StaffRole.TELLER])), 'ROLES_INVALID');
    }
    await refused(approved(bank).registerStaffMember(order([StaffRole.TELLER, StaffRole.TELLER])), 'ROLES_INVALID');
  });
});
