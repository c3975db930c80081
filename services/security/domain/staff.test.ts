import { expect } from 'chai';
import { Refusal } from '#chassis/errors.ts';
import { StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import { checkOthers, checkRoles } from './staff.ts';

const told = (check: () => void) => {
  try {
    check();
    return 'FIT';
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.reason;
  }
};

describe('The roles of a member of staff', () => {
  const { TELLER, LOAN_OFFICER, AUDITOR, ADMINISTRATOR } = StaffRole;

  it('may be several, each once', () => {
    expect(told(() => checkRoles([TELLER, LOAN_OFFICER]))).to.equal('FIT');
    expect(told(() => checkRoles([TELLER, TELLER]))).to.equal('ROLES_INVALID');
  });

  it('are one alone for an auditor and for an administrator', () => {
    for (const role of [AUDITOR, ADMINISTRATOR]) {
      expect(told(() => checkRoles([role]))).to.equal('FIT');
      expect(told(() => checkRoles([role, TELLER]))).to.equal('ROLES_INVALID');
    }
  });

  it('are changed and approved by others', () => {
    const who = { partyId: 'stf_a', approverId: 'stf_b' };
    expect(['stf_a', 'stf_b', 'stf_c'].map((id) => told(() => checkOthers(id, who)))).to.deep.equal([
      'OWN_ROLES',
      'OWN_ROLES',
      'FIT',
    ]);
  });
});
