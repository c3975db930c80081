import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsAs, accountsOf, aRequestId, registerPerson } from '../../_testbed/opening.ts';
import { asTransaction, chequesOf, presented, withCheques } from '../testing-cheques.ts';

describe('ListCheques', () => {
  const bank = useBank(ACCOUNT_BANK);

  it('lists cheques by their numbers, page by page, to whoever sees the account', async () => {
    const jana = await registerPerson(bank());
    const account = await withCheques(bank(), 3, [jana]);
    const { accountId } = account;
    await asTransaction(bank()).honourCheque(presented(account, 2));
    await accountsOf(bank(), jana).stopCheques({ requestId: aRequestId(), accountId, firstNumber: 3 });
    expect(await chequesOf(bank(), account)).to.deep.equal(['1 OUTSTANDING', '2 PAID', '3 STOPPED']);
    const mine = accountsOf(bank(), jana);
    const page = await mine.listCheques({ accountId, pageSize: 2 });
    const last = await mine.listCheques({ accountId, pageSize: 2, pageToken: page.nextPageToken });
    expect([...page.cheques, ...last.cheques].map(({ number }) => number)).to.deep.equal([1, 2, 3]);
    expect(page.cheques[1]?.amount?.amount).to.equal('100.00');
    const stranger = accountsOf(bank(), await registerPerson(bank()));
    await refused(stranger.listCheques({ accountId }), 'ACCOUNT_NOT_FOUND');
    await refused(mine.listCheques({ accountId, pageToken: 'none' }), 'PAGE_TOKEN_INVALID');
    await refused(accountsAs(bank(), 'AUDITOR').listCheques({ accountId: 'acc_unknown' }), 'ACCOUNT_NOT_FOUND');
  });
});
