import { expect } from 'chai';
import { refused } from '#chassis/testing/clients.ts';
import { ApprovalState } from '#gen/bank/security/v1/approval_pb.ts';
import { unique } from '../testing.ts';
import { CHECKER, MAKER, useFourEyes } from '../testing-approvals.ts';

describe('RejectRequest', function rejects() {
  this.timeout(20_000);
  const four = useFourEyes();

  it('ends a request, and whoever asks for it again learns so', async () => {
    const transactionId = await four.aTransfer();
    const requestId = unique('undo');
    const { approvalId } = await four.submit(transactionId, { requestId });
    const order = { requestId: unique('reject'), approvalId };
    await refused(four.as(MAKER).rejectRequest({ ...order, requestId: unique('reject') }), 'APPROVER_NOT_ALLOWED');
    const { approval } = await four.as(CHECKER).rejectRequest(order);
    expect(approval).to.include({ state: ApprovalState.REJECTED, approverId: CHECKER.partyId });
    expect((await four.as(CHECKER).rejectRequest(order)).approval).to.deep.equal(approval);
    expect((await four.submit(transactionId, { requestId })).state).to.equal(ApprovalState.REJECTED);
    await refused(
      four.as(CHECKER).approveRequest({ requestId: unique('approve'), approvalId }),
      'APPROVAL_NOT_PENDING',
    );
    expect(await four.reversedAmount(transactionId)).to.equal('0.00');
  });
});
