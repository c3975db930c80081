import { create } from '@bufbuild/protobuf';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { ActorSchema } from '#gen/bank/type/v1/actor_pb.ts';
import { security } from '../service.ts';
import { anEnrolledStaffMember, appCode, aStaffMember, expectNowhere, logIn, PASSWORD, unique } from '../testing.ts';

describe('IssueStaffEnrolmentCode', () => {
  const bank = useService(security);
  const administrator = () => bank.asPrincipal(staff('ADMINISTRATOR'));
  const issue = (staffId: string) => administrator().issueStaffEnrolmentCode({ requestId: unique('code'), staffId });

  it('answers a code with which the member of staff registers credentials, once', async () => {
    const staffId = await aStaffMember(bank, 'TELLER');
    const { enrolmentCode } = await issue(staffId);
    await expectNowhere(bank.database, [enrolmentCode]);
    const username = unique('eva');
    const register = () =>
      bank
        .asPrincipal(undefined)
        .registerCredentials({ requestId: unique('register'), enrolmentCode, username, password: PASSWORD });
    const { totpSecret } = await register();
    await logIn(bank, { username, secondFactorCode: appCode(totpSecret) });
    await refused(register(), 'ENROLMENT_CODE_INVALID');
  });

  it('gives nobody the credentials of one who has some', async () => {
    const { staffId, username, secret } = await anEnrolledStaffMember(bank, 'TREASURY');
    await logIn(bank, { username, secondFactorCode: appCode(secret) });
    await refused(issue(staffId), 'CREDENTIALS_EXIST');
  });

  it('is another for who lost what the first answered, and never logged in', async () => {
    const { staffId, username, secret } = await anEnrolledStaffMember(bank, 'TREASURY');
    const { enrolmentCode } = await issue(staffId);
    const credentials = { requestId: unique('register'), enrolmentCode, username, password: PASSWORD };
    const { totpSecret } = await bank.asPrincipal(undefined).registerCredentials(credentials);
    await refused(logIn(bank, { username, secondFactorCode: appCode(secret) }), 'LOGIN_REFUSED');
    await logIn(bank, { username, secondFactorCode: appCode(totpSecret) });
  });

  it('is none for who is unknown or deactivated', async () => {
    await refused(issue('stf_unknown'), 'STAFF_MEMBER_NOT_FOUND');
    const staffId = await aStaffMember(bank, 'TELLER');
    await administrator().deactivateStaffMember({ requestId: unique('end'), staffId });
    await refused(issue(staffId), 'STAFF_MEMBER_DEACTIVATED');
  });

  it('is for administrators, and not for themselves', async () => {
    const staffId = await aStaffMember(bank, 'ADMINISTRATOR');
    const oneself = bank.asPrincipal(create(ActorSchema, { ...staff('ADMINISTRATOR'), partyId: staffId }));
    const order = { requestId: unique('code'), staffId };
    await refused(oneself.issueStaffEnrolmentCode(order), 'OWN_ROLES');
    await refused(bank.asPrincipal(staff('BRANCH_MANAGER')).issueStaffEnrolmentCode(order), 'CALLER_NOT_ALLOWED');
  });
});
