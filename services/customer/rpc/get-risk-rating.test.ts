import { expect } from 'chai';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { RiskRating, RiskReason } from '#gen/bank/customer/v1/kyc_pb.ts';
import { RelationKind } from '#gen/bank/customer/v1/relation_pb.ts';
import { customer } from '../service.ts';
import { anOrganisation, registered, unique } from '../testing.ts';
import { assessed, requireVerification } from '../testing-kyc.ts';

describe('GetRiskRating', () => {
  const bank = useService(customer);
  const office = () => bank.asPrincipal(staff('BACK_OFFICE'));
  const officer = () => bank.asPrincipal(staff('COMPLIANCE'));
  const reasonsOf = async (customerId: string) => (await officer().getRiskRating({ customerId })).reasons;
  const { OWNERS_UNKNOWN, NOTHING_VERIFIED, HIGH_RISK_COUNTRY } = RiskReason;
  before(() => requireVerification(bank));

  it('says why, and follows what becomes known of the customer', async () => {
    const customerId = await registered(office(), anOrganisation());
    expect(await reasonsOf(customerId)).to.deep.equal([OWNERS_UNKNOWN, NOTHING_VERIFIED]);
    const relatedCustomerId = await registered(office());
    const relation = { customerId, relatedCustomerId, kind: RelationKind.BENEFICIAL_OWNER, share: '60' };
    await office().createRelation({ requestId: unique('owner'), ...relation });
    await office().updateCustomer({ requestId: unique('move'), customerId, residenceCountryCode: 'KP' });
    await assessed(bank.database);
    expect(await reasonsOf(customerId)).to.deep.equal([HIGH_RISK_COUNTRY, NOTHING_VERIFIED]);
    expect((await officer().getRiskRating({ customerId })).rating).to.equal(RiskRating.HIGH);
    await refused(officer().getRiskRating({ customerId: 'cus_unknown' }), 'CUSTOMER_NOT_FOUND');
    await refused(office().getRiskRating({ customerId }), 'CALLER_NOT_ALLOWED');
  });
});
