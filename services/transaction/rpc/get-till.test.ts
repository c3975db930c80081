import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { as, at, there } from '../testing.ts';
import { opened, useBranch } from '../testing-tills.ts';

describe('GetTill', () => {
  const { bank, teller } = useBranch();

  it('is seen by staff of the branch and of the whole bank, and by nobody of another branch', async () => {
    const till = await opened(teller('anna'), 1, '10.00');
    const { tillId } = till;
    expect(there((await at(bank(), till.branchId, 'BRANCH_MANAGER').getTill({ tillId })).till)).to.deep.equal(till);
    expect(there((await as(bank(), 'AUDITOR').getTill({ tillId })).till)).to.deep.equal(till);
    await refused(at(bank(), 'brn_there', 'BRANCH_MANAGER').getTill({ tillId }), 'TILL_NOT_FOUND');
    await refused(as(bank(), 'AUDITOR').getTill({ tillId: 'til_unknown' }), 'TILL_NOT_FOUND');
  });
});
