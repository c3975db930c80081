import { expect } from 'chai';
import { staff, staffAt } from '#chassis/testing/clients.ts';
import { mayDecide, snapshotOf, stateAt } from './approval.ts';

describe('Who may decide on a request', () => {
  const asked = {
    makerId: 'stf_maker',
    branchId: 'brn_test',
    approvers: ['BRANCH_MANAGER', 'LOAN_OFFICER', 'COMPLIANCE'],
  };
  const cases = [
    ['somebody with a role that is named', staff('COMPLIANCE'), true],
    ['somebody with one of several', staff('TELLER', 'COMPLIANCE'), true],
    ['a branch manager of its branch', staffAt('brn_test', 'BRANCH_MANAGER'), true],
    ['a branch manager of another', staffAt('brn_other', 'BRANCH_MANAGER'), false],
    ['a branch manager of none', staff('BRANCH_MANAGER'), true],
    ['a loan officer of its branch', staffAt('brn_test', 'LOAN_OFFICER'), true],
    ['a loan officer of another', staffAt('brn_other', 'LOAN_OFFICER'), false],
    ['one of another branch who is compliance as well', staffAt('brn_other', 'BRANCH_MANAGER', 'COMPLIANCE'), true],
    ['one of another branch who is an auditor as well', staffAt('brn_other', 'BRANCH_MANAGER', 'AUDITOR'), false],
    ['somebody with another role', staff('TELLER', 'BACK_OFFICE'), false],
    ['somebody without a role', staff(), false],
    ['its maker, whatever their roles', { ...staff('COMPLIANCE'), partyId: 'stf_maker' }, false],
  ] as const;

  for (const [who, checker, expected] of cases) {
    it(`${expected ? 'may' : 'may not'}: ${who}`, () => expect(mayDecide(asked, checker)).to.equal(expected));
  }
});

describe('An approval', () => {
  it('has expired at its time when it is pending, and in no other state', () => {
    expect(stateAt({ state: 'pending', expireMs: 5 }, 4)).to.equal('pending');
    expect(stateAt({ state: 'pending', expireMs: 5 }, 5)).to.equal('expired');
    expect(stateAt({ state: 'approved', expireMs: 5 }, 6)).to.equal('approved');
  });

  it('keeps the rule: who may call, and who approve', () => {
    const kept = JSON.parse(snapshotOf('bank.transaction.v1.TransactionService/ReverseTransaction')) as object;
    expect(kept).to.have.keys('callers', 'grants');
    expect(JSON.stringify(kept)).to.contain('"approvers":["BRANCH_MANAGER","BACK_OFFICE"]');
    expect(snapshotOf('bank.none')).to.equal('{"callers":[],"grants":[]}');
  });
});
