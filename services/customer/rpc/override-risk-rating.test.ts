import { expect } from 'chai';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { RiskRating } from '#gen/bank/customer/v1/kyc_pb.ts';
import { customer } from '../service.ts';
import { aPerson, dump, legible, registered, unique } from '../testing.ts';
import { approvedBy, requireVerification, verified } from '../testing-kyc.ts';

describe('OverrideRiskRating', () => {
  const bank = useService(customer);
  const officer = () => bank.asPrincipal(staff('COMPLIANCE'));
  const evidenceOf = async (customerId: string) => (await officer().listEvidence({ customerId })).evidence[0];
  const { UNSPECIFIED, LOW, HIGH } = RiskRating;
  before(() => requireVerification(bank));

  it('is said by two, with a reason that is sealed; high risk shortens what is verified, and the rule can hold again', async () => {
    const customerId = await registered(bank.asPrincipal(staff('BACK_OFFICE')), aPerson());
    const { expireDate } = await verified(bank, customerId);
    const say = (rating: RiskRating, reason = 'Kanárek says so') => ({
      requestId: unique('o'),
      customerId,
      rating,
      reason,
    });
    const request = say(HIGH);
    await refused(officer().overrideRiskRating(request), 'CALLER_NOT_ALLOWED');
    const answer = await approvedBy(bank).overrideRiskRating(request);
    expect([answer.rating, answer.override?.version, answer.override?.approverId]).to.deep.equal([
      HIGH,
      1,
      'stf_other',
    ]);
    expect((await approvedBy(bank).overrideRiskRating(request)).override).to.deep.equal(answer.override);
    const verifiedOn = Temporal.PlainDate.from(expireDate).subtract({ months: 24 });
    expect((await evidenceOf(customerId))?.expireDate).to.equal(verifiedOn.add({ months: 6 }).toString());
    expect((await approvedBy(bank).overrideRiskRating(say(UNSPECIFIED))).rating).to.equal(LOW);
    expect((await evidenceOf(customerId))?.expireDate).to.equal(expireDate);
    expect(legible(await dump(bank.database), ['Kanárek'])).to.deep.equal([]);
    const { overrides } = await officer().getRiskRating({ customerId });
    expect(overrides.map(({ version, reason }) => [version, reason])).to.deep.equal([
      [2, 'Kanárek says so'],
      [1, 'Kanárek says so'],
    ]);
    await refused(
      approvedBy(bank).overrideRiskRating({ ...say(HIGH), customerId: 'cus_unknown' }),
      'CUSTOMER_NOT_FOUND',
    );
  });
});
