import { expect } from 'chai';
import { staff } from '#chassis/testing/clients.ts';
import { mayDecide, snapshotOf, stateAt } from './approval.ts';

describe('Who may decide on a request', () => {
  const asked = { makerId: 'stf_maker', branchId: 'brn_test', approvers: ['BRANCH_MANAGER', 'COMPLIANCE'] };
  const cases = [
    ['somebody with a role that is named', staff('COMPLIANCE'), true],
    ['somebody with one of several', staff('TELLER', 'COMPLIANCE'), true],
    ['a branch manager of its branch', staff('BRANCH_MANAGER'), true],
    ['a branch manager of another', { ...staff('BRANCH_MANAGER'), branchId: 'brn_other' }, false],
    [
      'one of another branch who is compliance as well',
      { ...staff('BRANCH_MANAGER', 'COMPLIANCE'), branchId: '' },
      true,
    ],
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
