import { expect } from 'chai';
import { customer, refused, staff, useService } from '#chassis/testing/service.ts';
import { FIRST_POLICY } from '../domain/scoring-policy.ts';
import { security } from '../service.ts';

describe('GetScoringPolicy', () => {
  const bank = useService(security);

  it('answers what the bank begins with, to compliance and auditors', async () => {
    for (const role of ['COMPLIANCE', 'AUDITOR'] as const) {
      const { policy, version } = await bank.asPrincipal(staff(role)).getScoringPolicy({});
      expect([policy, version]).to.deep.equal([FIRST_POLICY, 0]);
    }
  });

  it('is told to nobody else', async () => {
    for (const actor of [customer('cus_1'), staff('TELLER', 'ADMINISTRATOR')]) {
      await refused(bank.asPrincipal(actor).getScoringPolicy({}), 'CALLER_NOT_ALLOWED');
    }
  });
});
