import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsAs, aRequestId } from '../../_testbed/opening.ts';
import { asTransaction, presented, withCheques } from '../testing-cheques.ts';

describe('ListChequeExceptions', () => {
  const bank = useBank(ACCOUNT_BANK);

  it('lists cheques that are not as they were told of, the newest first, page by page', async () => {
    const account = await withCheques(bank(), 4);
    const { accountId } = account;
    const teller = accountsAs(bank(), 'TELLER');
    const cheques = [{ number: 4, amount: { currencyCode: 'CZK', amount: '1.00' } }];
    await teller.registerIssuedCheques({ requestId: aRequestId(), accountId, cheques });
    for (const number of [1, 2, 3]) {
      await asTransaction(bank()).honourCheque({ ...presented(account, number), canWait: true });
    }
    const page = await teller.listChequeExceptions({ accountId, pageSize: 2 });
    const last = await teller.listChequeExceptions({ accountId, pageSize: 2, pageToken: page.nextPageToken });
    expect([...page.chequeExceptions, ...last.chequeExceptions].map(({ number }) => number)).to.deep.equal([3, 2, 1]);
    await refused(teller.listChequeExceptions({ accountId: 'acc_unknown' }), 'ACCOUNT_NOT_FOUND');
    await refused(teller.listChequeExceptions({ accountId, pageToken: 'none' }), 'PAGE_TOKEN_INVALID');
  });
});
