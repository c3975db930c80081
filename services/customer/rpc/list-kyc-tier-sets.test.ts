import { expect } from 'chai';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { customer } from '../service.ts';
import { requireVerification } from '../testing-kyc.ts';

describe('ListKycTierSets', () => {
  const bank = useService(customer);

  it('lists them newest first; the first came with the bank, and asks nothing of anybody', async () => {
    await requireVerification(bank);
    const auditor = bank.asPrincipal(staff('AUDITOR'));
    const { tierSets: newest, nextPageToken: pageToken } = await auditor.listKycTierSets({ pageSize: 1 });
    expect(newest.map(({ version, verificationRequired }) => [version, verificationRequired])).to.deep.equal([
      [2, true],
    ]);
    const { tierSets, nextPageToken } = await auditor.listKycTierSets({ pageSize: 1, pageToken });
    const [first] = tierSets;
    expect(first?.tiers.map(({ code }) => code)).to.deep.equal(['basic', 'standard', 'full']);
    expect([first?.verificationRequired, first?.authorId, nextPageToken]).to.deep.equal([false, '', '']);
    await refused(auditor.listKycTierSets({ pageToken: 'x' }), 'PAGE_TOKEN_INVALID');
  });
});
