import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/clients.ts';
import { StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import { ApprovalState } from '#gen/bank/security/v1/approval_pb.ts';
import { unique } from '../testing.ts';
import { CHECKER, MAKER, REVERSE, useFourEyes } from '../testing-approvals.ts';

describe('GetApproval', function gets() {
  this.timeout(20_000);
  const four = useFourEyes();

  it('shows who asked for what, as it will be executed, to those whose business it is', async () => {
    const transactionId = await four.aTransfer();
    const requestId = unique('undo');
    const { approvalId } = await four.submit(transactionId, {
      requestId,
      request: { remittanceInformation: 'a mistake' },
    });
    for (const who of [CHECKER, MAKER, staff('AUDITOR'), staff('BRANCH_MANAGER')]) {
      const { approval, request } = await four.as(who).getApproval({ approvalId });
      expect(approval).to.include({ rpc: REVERSE, requestId, makerId: MAKER.partyId, state: ApprovalState.PENDING });
      expect(approval?.approvers).to.deep.equal([StaffRole.BRANCH_MANAGER, StaffRole.BACK_OFFICE]);
      const lasts = Number(approval?.expireTime?.seconds ?? 0n) - Number(approval?.createTime?.seconds ?? 0n);
      expect(lasts).to.equal(72 * 3_600);
      expect(JSON.parse(request)).to.deep.equal({ requestId, transactionId, remittanceInformation: 'a mistake' });
    }
    await refused(four.as(staff('TELLER')).getApproval({ approvalId }), 'APPROVAL_NOT_FOUND');
    await refused(four.as(CHECKER).getApproval({ approvalId: 'apr_none' }), 'APPROVAL_NOT_FOUND');
  });
});
