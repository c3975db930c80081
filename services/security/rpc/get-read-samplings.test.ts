import { expect } from 'chai';
import { refused, useService } from '#chassis/testing/service.ts';
import { FIRST_READ_POLICY } from '../domain/read-recording.ts';
import { security } from '../service.ts';

describe('GetReadSamplings', () => {
  const bank = useService(security);

  it('tells the edge, and nobody else, by what it samples', async () => {
    const { policy, version } = await bank.as('edge').getReadSamplings({});
    expect(policy).to.deep.equal(FIRST_READ_POLICY);
    expect(version).to.equal(0);
    await refused(bank.as('account').getReadSamplings({}), 'CALLER_NOT_ALLOWED');
  });
});
