import { timestampDate } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { customer as channel, refused, staff, staffAt, useService } from '#chassis/testing/service.ts';
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

  it('is to staff who are held to a branch for its customers, and knows of no others', async () => {
    const customerId = unique('cus');
    await bank.database.query(`insert into customer_branch values ($1, 'brn_here', 1)`, [customerId]);
    const issue = (branchId: string, whose = customerId) =>
      bank
        .asPrincipal(staffAt(branchId, 'TELLER'))
        .issueEnrolmentCode({ requestId: unique('code'), customerId: whose });
    expect((await issue('brn_here')).enrolmentCode).to.have.length(43);
    const foreign = await refused(issue('brn_there'), 'CUSTOMER_NOT_FOUND');
    const unknown = await refused(issue('brn_there', 'cus_unknown'), 'CUSTOMER_NOT_FOUND');
    expect(JSON.stringify(foreign)).to.equal(JSON.stringify(unknown));
    const office = bank.asPrincipal(staffAt('brn_there', 'TELLER', 'BACK_OFFICE'));
    await office.issueEnrolmentCode({ requestId: unique('code'), customerId });
  });
});
