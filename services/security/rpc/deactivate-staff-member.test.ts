import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { StaffState } from '#gen/bank/security/v1/staff_pb.ts';
import { ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import { security } from '../service.ts';
import { anEnrolledStaffMember, appCode, aStaffMember, logIn, unique } from '../testing.ts';

describe('DeactivateStaffMember', () => {
  const bank = useService(security);
  const deactivate = (staffId: string, validateOnly = false) =>
    bank.asPrincipal(staff('ADMINISTRATOR')).deactivateStaffMember({ requestId: unique('end'), staffId, validateOnly });

  it('ends their sessions, and that they log in, at once', async () => {
    const { staffId, username, secret } = await anEnrolledStaffMember(bank, 'TELLER');
    const { sessionId, refreshToken } = await logIn(bank, { username, secondFactorCode: appCode(secret) });
    expect((await deactivate(staffId)).staffMember?.state).to.equal(StaffState.DEACTIVATED);
    const refresh = bank.asPrincipal(undefined).refreshSession({ requestId: unique('refresh'), refreshToken });
    await refused(refresh, 'SESSION_ENDED');
    await refused(logIn(bank, { username, secondFactorCode: appCode(secret, 1) }), 'LOGIN_REFUSED');
    expect(await eventsOf(bank.database, sessionId)).to.deep.equal(['SessionStarted 1', 'SessionRevoked 2']);
    const events = await eventsOf(bank.database, staffId);
    expect(events).to.deep.equal(['StaffMemberRegistered 1', 'StaffMemberDeactivated 2']);
  });

  it('is done once, and never to oneself', async () => {
    const staffId = await aStaffMember(bank, 'ADMINISTRATOR');
    const oneself = bank.asPrincipal(create(ActorSchema, { ...staff('ADMINISTRATOR'), partyId: staffId }));
    await refused(oneself.deactivateStaffMember({ requestId: unique('end'), staffId }), 'OWN_ROLES');
    await deactivate(staffId);
    await refused(deactivate(staffId), 'STAFF_MEMBER_DEACTIVATED');
    await refused(deactivate('stf_unknown'), 'STAFF_MEMBER_NOT_FOUND');
  });

  it('changes nothing when it is only tried', async () => {
    const { staffId, username, secret } = await anEnrolledStaffMember(bank, 'TELLER');
    await deactivate(staffId, true);
    await logIn(bank, { username, secondFactorCode: appCode(secret) });
  });
});
