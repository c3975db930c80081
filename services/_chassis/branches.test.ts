import { expect } from 'chai';
import { StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import { BRANCH_ROLES, branchAmong } from './branches.ts';
import { customer, staff, staffAt } from './testing/clients.ts';

const { TELLER, BRANCH_MANAGER, BACK_OFFICE, LOAN_OFFICER } = StaffRole;

describe('Branches', () => {
  it('bound tellers, branch managers and loan officers, and no other role', () => {
    expect(BRANCH_ROLES).to.have.members([TELLER, BRANCH_MANAGER, LOAN_OFFICER]);
  });

  const cases = [
    ['a teller', staffAt('brn_1', 'TELLER'), 'brn_1'],
    ['one who may not do it at all', staffAt('brn_1', 'TREASURY'), 'brn_1'],
    ['back office', staffAt('brn_1', 'BACK_OFFICE'), undefined],
    ['a teller who is back office too', staffAt('brn_1', 'TELLER', 'BACK_OFFICE'), undefined],
    ['a teller who is an auditor too, which does not help here', staffAt('brn_1', 'TELLER', 'AUDITOR'), 'brn_1'],
    ['a teller of head office', staff('TELLER'), undefined],
    ['a customer', customer('cus_1'), undefined],
    ['nobody', undefined, undefined],
  ] as const;
  for (const [who, actor, expected] of cases) {
    it(`${expected === undefined ? 'do not bound' : 'bound'} ${who}`, () => {
      expect(branchAmong([TELLER, BACK_OFFICE], actor)).to.equal(expected);
    });
  }
});
