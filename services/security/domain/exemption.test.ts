import { expect } from 'chai';
import { StepUpExemption } from '#gen/bank/security/v1/scoring_pb.ts';
import { exemptionOf } from './exemption.ts';
import { FIRST_POLICY, judgingBy } from './scoring-policy.ts';

/**
 * By the first policy, in CZK (750 each, 2500 in all, 5 times): amount · trusted · transfers and total ever · of them until the last step-up →
 * why it is exempt.
 */
const TABLE = `
  750     no   0  0     0  0      LOW_VALUE
  751     no   0  0     0  0      UNSPECIFIED
  750     no   3  1750  0  0      LOW_VALUE
  750     no   3  1751  0  0      UNSPECIFIED
  10      no   4  40    0  0      LOW_VALUE
  10      no   5  50    0  0      UNSPECIFIED
  10      no   99 90000 95 89960  LOW_VALUE
  10      no   99 90000 94 89960  UNSPECIFIED
  10      no   99 90000 95 87510  LOW_VALUE
  10      no   99 90000 95 87509  UNSPECIFIED
  1       no   9  9000  10 999000 LOW_VALUE
  999999  yes  99 90000 0  0      TRUSTED_PAYEE
`;

describe('An order that asks for a step-up', () => {
  const by = judgingBy(FIRST_POLICY);
  const crowns = (text = '') => BigInt(text) * 100n;
  const known = { nightTransfers: 0n, lastTime: undefined, hourTransfers: 0n, dayTotal: 0n, isPayeeKnown: false };
  const device = { deviceTime: undefined, firstDeviceTime: undefined, isDeviceTold: false };

  for (const line of TABLE.trim().split('\n')) {
    it(`is exempt or not: ${line.trim()}`, () => {
      const [amount, trusted, transfers = '', total, markTransfers = '', markTotal, exemption] = line
        .trim()
        .split(/ +/);
      const order = { currency: 'CZK', amount: crowns(amount), time: 0, localHour: 12 };
      const facts = { ...known, ...device, transfers: BigInt(transfers), total: crowns(total) };
      const mark = { markTransfers: BigInt(markTransfers), markTotal: crowns(markTotal) };
      const found = exemptionOf(order, facts, { isTrusted: trusted === 'yes', ...mark }, by);
      expect(found).to.equal(StepUpExemption[exemption as keyof typeof StepUpExemption]);
    });
  }

  it('is not exempt as small in a currency without low values', () => {
    const order = { currency: 'CHF', amount: 1n, time: 0, localHour: 12 };
    const facts = { ...known, ...device, transfers: 0n, total: 0n };
    const nothing = { isTrusted: false, markTransfers: 0n, markTotal: 0n };
    expect(exemptionOf(order, facts, nothing, by)).to.equal(StepUpExemption.UNSPECIFIED);
  });
});
