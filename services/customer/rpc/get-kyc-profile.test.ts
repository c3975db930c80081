import { expect } from 'chai';
import { customer as asCustomer, refused, staff, useService } from '#chassis/testing/service.ts';
import { customer } from '../service.ts';
import { registered } from '../testing.ts';
import { requireVerification, submitted } from '../testing-kyc.ts';

describe('GetKycProfile', () => {
  const bank = useService(customer);
  const office = () => bank.asPrincipal(staff('BACK_OFFICE'));

  it('says what the customer may do, and what is to be verified for more; of an exempt one nothing is asked', async () => {
    const exempt = await registered(office());
    await requireVerification(bank);
    const customerId = await registered(office());
    await submitted(bank, customerId);
    const { profile } = await bank.asPrincipal(asCustomer(customerId)).getKycProfile({ customerId });
    expect([profile?.tier?.code, profile?.exempt, profile?.nextTier?.code]).to.deep.equal(['entry', false, 'known']);
    expect([profile?.missing.length, profile?.evidence.length]).to.deep.equal([1, 1]);
    const { profile: other } = await office().getKycProfile({ customerId: exempt });
    expect([other?.exempt, other?.tier, other?.nextTier]).to.deep.equal([true, undefined, undefined]);
    await refused(bank.asPrincipal(asCustomer(exempt)).getKycProfile({ customerId }), 'CUSTOMER_NOT_FOUND');
  });
});
