import { expect } from 'chai';
import { AccountState, FreezeReason } from '#gen/bank/account/v1/account_pb.ts';
import { accountStates, freezeReasons } from './words.ts';

describe('the words of agreements', () => {
  it('are the names of the contract in small letters', () => {
    expect(accountStates.value('migrating')).to.equal(AccountState.MIGRATING);
    expect(accountStates.word(AccountState.CLOSED)).to.equal('closed');
    expect(freezeReasons.value('customer_request')).to.equal(FreezeReason.CUSTOMER_REQUEST);
    expect(freezeReasons.word(FreezeReason.COMPLIANCE_REVIEW)).to.equal('compliance_review');
  });

  it('are no others', () => {
    expect(() => accountStates.word(99 as never)).to.throw('the contract has no 99 there');
  });
});
