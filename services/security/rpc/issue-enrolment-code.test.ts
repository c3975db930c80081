import { timestampDate } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { Code } from '#chassis/errors.ts';
import { customer as channel, refused, staff, staffAt, useService } from '#chassis/testing/service.ts';
import { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { registerPerson } from '../../_testbed/opening.ts';
import { security } from '../service.ts';
import { aCode, aStaffMember, expectNowhere, PASSWORD, unique } from '../testing.ts';

describe('IssueEnrolmentCode', () => {
  const bank = useService(security);
  const register = (enrolmentCode: string) =>
    bank
      .asPrincipal(undefined)
      .registerCredentials({ requestId: unique('r'), enrolmentCode, username: unique('u'), password: PASSWORD });

  it('answers a code that lasts a day and is kept nowhere', async () => {
    const order = { requestId: unique('code'), customerId: unique('cus') };
    const issued = await bank.asPrincipal(staff('TELLER')).issueEnrolmentCode(order);
    expect(issued.enrolmentCode).to.have.length(43);
    const lasts = issued.expireTime ? timestampDate(issued.expireTime).getTime() - Date.now() : 0;
    expect(lasts / 3_600_000).to.be.within(23.9, 24);
    await expectNowhere(bank.database, [issued.enrolmentCode]);
    await refused(bank.asPrincipal(staff('TELLER')).issueEnrolmentCode(order), 'ANSWER_NOT_KEPT');
  });

  it('puts a new code in the place of the one before', async () => {
    const customerId = unique('cus');
    const first = await aCode(bank, customerId);
    const second = await aCode(bank, customerId);
    await refused(register(first), 'ENROLMENT_CODE_INVALID');
    expect((await register(second)).customerId).to.equal(customerId);
  });

  it('answers no code and keeps none when it is only tried', async () => {
    const order = { requestId: unique('code'), customerId: unique('cus'), validateOnly: true };
    expect((await bank.asPrincipal(staff('TELLER')).issueEnrolmentCode(order)).enrolmentCode).to.equal('');
    const kept = await bank.database.query('select from enrolment_code where party_id = $1', [order.customerId]);
    expect(kept).to.have.length(0);
  });

  it('is for those of the staff who may', async () => {
    const order = { requestId: unique('code'), customerId: 'cus_1' };
    await refused(bank.asPrincipal(channel('cus_1')).issueEnrolmentCode(order), 'CALLER_NOT_ALLOWED');
    await refused(bank.asPrincipal(staff('AUDITOR')).issueEnrolmentCode(order), 'CALLER_NOT_ALLOWED');
  });

  it('is none for members of staff: a teller would become an administrator by it', async () => {
    const customerId = await aStaffMember(bank, 'ADMINISTRATOR');
    const order = { requestId: unique('code'), customerId };
    await refused(bank.asPrincipal(staff('TELLER')).issueEnrolmentCode(order), 'NO_CUSTOMER');
  });
});

describe('IssueEnrolmentCode, to staff who are held to a branch', () => {
  const bank = useBank({ services: ['customer', 'security'], edge: false });
  const teller = (branchId: string, ...roles: Parameters<typeof staff>) => staffAt(branchId, 'TELLER', ...roles);
  const issue = (who: Actor, customerId: string) =>
    bank()
      .asPrincipal(SecurityService, who)
      .issueEnrolmentCode({ requestId: unique('code'), customerId });

  it('issues codes to the customers of the branch from the moment that they are registered', async () => {
    const customerId = await registerPerson(bank(), 'brn_here');
    const { enrolmentCode } = await issue(teller('brn_here'), customerId);
    const credentials = { requestId: unique('r'), enrolmentCode, username: unique('u'), password: PASSWORD };
    const done = await bank().asPrincipal(SecurityService, undefined).registerCredentials(credentials);
    expect(done.customerId).to.equal(customerId);
  });

  it('knows of no others, of whom also a role that sees the whole bank elsewhere tells nothing', async () => {
    const customerId = await registerPerson(bank(), 'brn_here');
    for (const who of [teller('brn_there'), teller('brn_there', 'AUDITOR')]) {
      const foreign = await refused(issue(who, customerId), 'CUSTOMER_NOT_FOUND');
      const unknown = await refused(issue(who, 'cus_unknown'), 'CUSTOMER_NOT_FOUND');
      expect(JSON.stringify(foreign)).to.equal(JSON.stringify(unknown));
    }
    await issue(teller('brn_there', 'BACK_OFFICE'), customerId);
  });

  it('goes by where a customer is now', async () => {
    const customerId = await registerPerson(bank(), 'brn_here');
    const move = { requestId: unique('move'), customerId, branchId: 'brn_there', updateMask: { paths: ['branch_id'] } };
    await bank().asPrincipal(CustomerService, staff('BACK_OFFICE')).updateCustomer(move);
    await issue(teller('brn_there'), customerId);
    await refused(issue(teller('brn_here'), customerId), 'CUSTOMER_NOT_FOUND');
  });
});

describe('IssueEnrolmentCode, while the customer service is away', () => {
  const bank = useBank({ services: ['security'], edge: false });

  it('is to be asked again by who is held to a branch, and goes on for who is not', async () => {
    const issue = (who: Actor) =>
      bank()
        .asPrincipal(SecurityService, who)
        .issueEnrolmentCode({ requestId: unique('code'), customerId: 'cus_1' });
    const { code } = await refused(issue(staffAt('brn_here', 'TELLER')), 'SERVICE_UNAVAILABLE');
    expect(code).to.equal(Code.UNAVAILABLE);
    await issue(staff('TELLER'));
  });
});
