import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { as, of } from '../testing.ts';
import { aLimit, publishLimits } from '../testing-limits.ts';
import { usePayments } from '../testing-payments.ts';

describe('ListLimitSets', () => {
  const { bank } = usePayments();

  it('has every version, newest first, with who published and approved it', async () => {
    await publishLimits(bank(), [aLimit('day', '5.00')]);
    await publishLimits(bank(), []);
    const { limitSets, nextPageToken } = await as(bank(), 'AUDITOR').listLimitSets({ pageSize: 1 });
    expect(limitSets.map(({ version, approverId }) => `${version} ${approverId}`)).to.deep.equal(['2 stf_checker']);
    const next = await as(bank(), 'AUDITOR').listLimitSets({ pageSize: 1, pageToken: nextPageToken });
    expect(next.limitSets.map(({ limits }) => limits.map(({ code }) => code))).to.deep.equal([['day']]);
    await refused(of(bank(), 'cus_1').listLimitSets({}), 'CALLER_NOT_ALLOWED');
  });
});
