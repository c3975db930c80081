import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { TillState } from '#gen/bank/transaction/v1/till_pb.ts';
import { as, at } from '../testing.ts';
import { aClosing, BRANCH, opened, useBranch } from '../testing-tills.ts';

describe('ListTills', () => {
  const { bank, teller } = useBranch();

  it('lists the tills of a branch, the newest first, page by page and by their state', async () => {
    const tills = [];
    for (const [index, name] of ['anna', 'berta', 'cora'].entries()) tills.push(await opened(teller(name), index + 1));
    const [first, ...rest] = tills.map(({ tillId }) => tillId);
    await teller('anna').closeTill(aClosing({ tillId: first ?? '' }, 0));
    const auditor = as(bank(), 'AUDITOR');
    const asked = { branchId: BRANCH, pageSize: 2 };
    const page = await auditor.listTills(asked);
    const last = await auditor.listTills({ ...asked, pageToken: page.nextPageToken });
    const ids = [...page.tills, ...last.tills].map(({ tillId }) => tillId);
    expect(ids).to.deep.equal([...rest.toReversed(), first]);
    const { tills: open } = await auditor.listTills({ branchId: BRANCH, state: TillState.OPEN });
    expect(open.map(({ tillId }) => tillId)).to.deep.equal(rest.toReversed());
    expect((await at(bank(), BRANCH, 'TELLER').listTills({})).tills).to.have.length(3);
    expect((await at(bank(), 'brn_there', 'TELLER').listTills({})).tills).to.deep.equal([]);
    expect((await auditor.listTills({})).tills).to.have.length(3);
    await refused(auditor.listTills({ ...asked, pageToken: 'none' }), 'PAGE_TOKEN_INVALID');
    await refused(at(bank(), 'brn_there', 'TELLER').listTills(asked), 'BRANCH_NOT_ALLOWED');
  });
});
