import { expect } from 'chai';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { customer } from '../service.ts';
import { registered, unique } from '../testing.ts';
import { tierOf, verified } from '../testing-kyc.ts';

describe('EndKycExemption', () => {
  const bank = useService(customer);
  const officer = () => bank.asPrincipal(staff('COMPLIANCE'));

  it('gives the customer the tier for which enough is verified, once', async () => {
    const customerId = await registered(bank.asPrincipal(staff('BACK_OFFICE')));
    await verified(bank, customerId);
    expect(await tierOf(bank, customerId)).to.equal('');
    const request = { requestId: unique('x'), customerId };
    await officer().endKycExemption({ ...request, requestId: unique('x'), validateOnly: true });
    expect(await tierOf(bank, customerId)).to.equal('');
    const { profile } = await officer().endKycExemption(request);
    expect([profile?.tier?.code, profile?.exempt]).to.deep.equal(['standard', false]);
    expect((await officer().endKycExemption(request)).profile).to.deep.equal(profile);
    await refused(officer().endKycExemption({ ...request, requestId: unique('x') }), 'CUSTOMER_NOT_EXEMPT');
    await refused(
      officer().endKycExemption({ requestId: unique('x'), customerId: 'cus_unknown' }),
      'CUSTOMER_NOT_FOUND',
    );
  });
});
