import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/clients.ts';
import { ApprovalState } from '#gen/bank/security/v1/approval_pb.ts';
import { unique } from '../testing.ts';
import { CHECKER, MAKER, useFourEyes } from '../testing-approvals.ts';

describe('ListApprovals', function lists() {
  this.timeout(20_000);
  const four = useFourEyes();
  const list = async (who = CHECKER, state: ApprovalState = ApprovalState.UNSPECIFIED) =>
    (await four.as(who).listApprovals({ state })).approvals.map(({ approvalId }) => approvalId);

  it('lists, newest first, what one may decide on and what one asked for; by state, page by page', async () => {
    const ids = [await four.aPending(), await four.aPending(), await four.aPending()];
    const [first = '', , third] = ids;
    const newest = ids.toReversed();
    for (const who of [CHECKER, MAKER, staff('AUDITOR'), staff('BRANCH_MANAGER')]) {
      expect(await list(who)).to.deep.equal(newest);
    }
    expect(await list(staff('TELLER'))).to.deep.equal([]);
    expect(await list({ ...staff('BRANCH_MANAGER'), branchId: 'brn_other' })).to.deep.equal([]);
    await four.as(CHECKER).rejectRequest({ requestId: unique('reject'), approvalId: first });
    expect(await list(CHECKER, ApprovalState.REJECTED)).to.deep.equal([first]);
    await four
      .bank()
      .database('security')
      .query('update approval set expire_time = create_time where id = $1', [third]);
    expect(await list(CHECKER, ApprovalState.EXPIRED)).to.deep.equal([third]);
    expect(await list(CHECKER, ApprovalState.PENDING)).to.deep.equal([ids[1]]);
    const page = await four.as(CHECKER).listApprovals({ pageSize: 2 });
    expect(page.approvals.map(({ approvalId }) => approvalId)).to.deep.equal(newest.slice(0, 2));
    const rest = await four.as(CHECKER).listApprovals({ pageSize: 2, pageToken: page.nextPageToken });
    expect(rest.approvals.map(({ approvalId }) => approvalId)).to.deep.equal(newest.slice(2));
    expect(rest.nextPageToken).to.equal('');
    const other = { pageSize: 2, pageToken: page.nextPageToken, state: ApprovalState.PENDING };
    await refused(four.as(CHECKER).listApprovals(other), 'PAGE_TOKEN_INVALID');
  });
});
