import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import { security } from '../service.ts';
import { anEnrolledStaffMember, appCode, approved, aStaffMember, logIn, unique, verifyToken } from '../testing.ts';

describe('ChangeStaffRoles', () => {
  const bank = useService(security);
  const { TELLER, LOAN_OFFICER, ADMINISTRATOR } = StaffRole;
  const order = (staffId: string, roles: StaffRole[] = [LOAN_OFFICER], etag = '') => ({
    requestId: unique('roles'),
    staffId,
    etag,
    branchId: 'brn_brno',
    roles,
  });

  it('changes what they may be, and revokes the sessions in which they were something else', async () => {
    const { staffId, username, secret } = await anEnrolledStaffMember(bank, 'TELLER');
    const { sessionId } = await logIn(bank, { username, secondFactorCode: appCode(secret) });
    const { staffMember } = await approved(bank).changeStaffRoles(order(staffId, [LOAN_OFFICER], '1'));
    expect(staffMember).to.deep.include({ branchId: 'brn_brno', roles: [LOAN_OFFICER], etag: '2' });
    expect(await eventsOf(bank.database, sessionId)).to.deep.equal(['SessionStarted 1', 'SessionRevoked 2']);
    expect(await eventsOf(bank.database, staffId)).to.deep.equal(['StaffMemberRegistered 1', 'StaffRolesChanged 2']);
    const { accessToken } = await logIn(bank, { username, secondFactorCode: appCode(secret, 1) });
    const { principal } = await verifyToken(bank, accessToken);
    expect(principal).to.deep.include({ branchId: 'brn_brno', roles: [LOAN_OFFICER] });
  });

  it('lets nobody change their own, nor approve that they are changed', async () => {
    const staffId = await aStaffMember(bank, 'TELLER');
    await refused(approved(bank, staffId, 'stf_checker').changeStaffRoles(order(staffId)), 'OWN_ROLES');
    await refused(approved(bank, 'stf_maker', staffId).changeStaffRoles(order(staffId)), 'OWN_ROLES');
    await refused(bank.asPrincipal(staff('ADMINISTRATOR')).changeStaffRoles(order(staffId)), 'CALLER_NOT_ALLOWED');
  });

  it('refuses roles that do not go together, and a version that has passed', async () => {
    const staffId = await aStaffMember(bank, 'TELLER');
    await refused(approved(bank).changeStaffRoles(order(staffId, [ADMINISTRATOR, TELLER])), 'ROLES_INVALID');
    await approved(bank).changeStaffRoles(order(staffId));
    await refused(approved(bank).changeStaffRoles(order(staffId, [TELLER], '1')), 'ETAG_MISMATCH');
  });

  it('refuses who is unknown or deactivated', async () => {
    await refused(approved(bank).changeStaffRoles(order('stf_unknown')), 'STAFF_MEMBER_NOT_FOUND');
    const staffId = await aStaffMember(bank, 'TELLER');
    const end = { requestId: unique('end'), staffId };
    await bank.asPrincipal(staff('ADMINISTRATOR')).deactivateStaffMember(end);
    await refused(approved(bank).changeStaffRoles(order(staffId)), 'STAFF_MEMBER_DEACTIVATED');
  });
});
