import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/clients.ts';
import { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { unique } from '../testing.ts';
import { CHECKER, useFourEyes } from '../testing-approvals.ts';

describe('GetApprovers', function getsApprovers() {
  this.timeout(20_000);
  const four = useFourEyes();
  const told = async (...approvalIds: string[]) => {
    const { approvals } = await four.bank().as(SecurityService, 'notification').getApprovers({ approvalIds });
    return approvals.map(({ approvalId, approverIds }) => [approvalId, ...approverIds]);
  };

  it('tells who may decide: in a role that may, at the branch, working for the bank, and not who asked', async () => {
    const approvalId = await four.aPending();
    const [row] = await four
      .bank()
      .database('security')
      .query<{ makerId: string; branchId: string; approvers: string[] }>(
        'select maker_id as "makerId", branch_id as "branchId", approvers from approval where id = $1',
        [approvalId],
      );
    const { makerId = '', branchId = '' } = row ?? {};
    expect(row?.approvers).to.include('BACK_OFFICE').and.to.include('BRANCH_MANAGER');
    await works(makerId, '', 'BACK_OFFICE');
    await works('stf_a', '', 'BACK_OFFICE', 'TELLER');
    await works('stf_b', branchId, 'BRANCH_MANAGER');
    await works('stf_c', 'brn_other', 'BRANCH_MANAGER');
    await works('stf_d', branchId, 'TELLER');
    await works('stf_e', '', 'BACK_OFFICE');
    await four.bank().database('security').query(`update staff_member set state = 'deactivated' where id = 'stf_e'`);
    expect(await told(approvalId, 'apr_none')).to.deep.equal([[approvalId, 'stf_a', 'stf_b']]);
    await four.as(CHECKER).rejectRequest({ requestId: unique('reject'), approvalId });
    expect(await told(approvalId)).to.deep.equal([]);
  });

  it('is for notification alone', async () => {
    const asked = four
      .bank()
      .asPrincipal(SecurityService, staff('AUDITOR'))
      .getApprovers({ approvalIds: ['apr_1'] });
    await refused(asked, 'CALLER_NOT_ALLOWED');
  });

  async function works(id: string, branchId: string, ...roles: string[]): Promise<void> {
    const statement = `insert into staff_member (id, display_name, branch_id, roles, state, version)
      values ($1, '', $2, $3, 'active', 1)`;
    await four.bank().database('security').query(statement, [id, branchId, roles]);
  }
});
