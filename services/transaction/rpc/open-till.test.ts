import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { TransactionService } from '#gen/bank/transaction/v1/transaction_service_pb.ts';
import { aRequestId, czk, there } from '../testing.ts';
import { aTill, BRANCH, opened, tellerCalled, tillInShort, useBranch, vaultOf } from '../testing-tills.ts';

describe('OpenTill', () => {
  const { bank, teller, manager } = useBranch();

  it('opens a till with a float out of the vault, once however often it is asked', async () => {
    const request = aTill(1, '300.00');
    const answers = await Promise.all([1, 2, 3].map(() => teller('anna').openTill(request)));
    for (const answer of answers) expect(answer).to.deep.equal(answers[0]);
    const till = there(answers[0]?.till);
    expect(tillInShort(till)).to.equal('OPEN 300.00');
    expect(till).to.include({ tellerId: 'stf_anna', branchId: BRANCH, drawerNumber: 1 });
    expect(await vaultOf(bank())).to.equal('9700.00');
    const entry =
      "select balance::text, general_ledger_code as code from ledger_account where id = 'lac_till_here_1_czk'";
    expect(await bank().database('ledger').query(entry)).to.deep.equal([{ balance: '30000', code: '1012' }]);
  });

  it('is one of its teller and one of its drawer', async () => {
    await opened(teller('berta'), 2);
    await refused(teller('berta').openTill(aTill(3)), 'TILL_EXISTS');
    await refused(teller('cora').openTill(aTill(2)), 'TILL_EXISTS');
    const both = await Promise.allSettled([teller('dora').openTill(aTill(4)), teller('emma').openTill(aTill(4))]);
    expect(both.map(({ status }) => status).toSorted()).to.deep.equal(['fulfilled', 'rejected']);
  });

  it('has a large float once somebody else has approved what the branch manager orders', async () => {
    await refused(teller('filip').openTill(aTill(5, '500.01')), 'TILL_AMOUNT_EXCEEDED');
    const { till } = await manager().openTill({ ...aTill(5, '500.01'), tellerId: 'stf_filip' });
    expect(tillInShort(till)).to.equal('OPEN 500.01');
    await refused(teller('gabi').openTill({ ...aTill(6), tellerId: 'stf_hana' }), 'TILL_OF_ANOTHER');
  });

  it('is refused where the vault has not so much, and can then be opened with less', async () => {
    await refused(manager().openTill({ ...aTill(7, '20000.00'), tellerId: 'stf_ivan' }), 'CASH_INSUFFICIENT');
    expect(tillInShort(await opened(teller('ivan'), 7, '1.00'))).to.equal('OPEN 1.00');
    await refused(teller('jan').openTill({ ...aTill(8), float: czk('-1.00') }), 'AMOUNT_NOT_POSITIVE');
    await refused(teller('jan').openTill({ ...aTill(8), float: czk('1.001') }), 'CURRENCY_EXPONENT_EXCEEDED');
  });

  it('is opened at the branch of the teller alone', async () => {
    const elsewhere = bank().asPrincipal(TransactionService, tellerCalled('karel', 'brn_there'));
    await refused(elsewhere.openTill({ ...aTill(9), requestId: aRequestId() }), 'BRANCH_NOT_ALLOWED');
  });
});
