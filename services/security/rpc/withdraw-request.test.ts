import { expect } from 'chai';
import { refused } from '#chassis/testing/clients.ts';
import { ApprovalState } from '#gen/bank/security/v1/approval_pb.ts';
import { unique } from '../testing.ts';
import { CHECKER, MAKER, useFourEyes } from '../testing-approvals.ts';

describe('WithdrawRequest', function withdraws() {
  this.timeout(20_000);
  const four = useFourEyes();

  it('takes a request back: for its maker, while nobody has decided on it', async () => {
    const approvalId = await four.aPending();
    const order = () => ({ requestId: unique('withdraw'), approvalId });
    await refused(four.as(CHECKER).withdrawRequest(order()), 'APPROVAL_NOT_FOUND');
    const { approval } = await four.as(MAKER).withdrawRequest(order());
    expect(approval).to.include({ state: ApprovalState.WITHDRAWN, approverId: '' });
    await refused(four.as(MAKER).withdrawRequest(order()), 'APPROVAL_NOT_PENDING');
    await refused(four.as(CHECKER).approveRequest(order()), 'APPROVAL_NOT_PENDING');
  });
});
