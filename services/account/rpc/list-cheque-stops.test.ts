import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { useBank } from '../../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsAs, aRequestId } from '../../_testbed/opening.ts';
import { withCheques } from '../testing-cheques.ts';

describe('ListChequeStops', () => {
  const bank = useBank(ACCOUNT_BANK);

  it('lists stops, the newest first, page by page', async () => {
    const { accountId } = await withCheques(bank(), 3);
    const teller = accountsAs(bank(), 'TELLER');
    for (const firstNumber of [1, 2, 3]) await teller.stopCheques({ requestId: aRequestId(), accountId, firstNumber });
    const page = await teller.listChequeStops({ accountId, pageSize: 2 });
    const last = await teller.listChequeStops({ accountId, pageSize: 2, pageToken: page.nextPageToken });
    const numbers = [...page.chequeStops, ...last.chequeStops].map(({ firstNumber }) => firstNumber);
    expect(numbers).to.deep.equal([3, 2, 1]);
    await refused(teller.listChequeStops({ accountId: 'acc_unknown' }), 'ACCOUNT_NOT_FOUND');
    await refused(teller.listChequeStops({ accountId, pageToken: 'none' }), 'PAGE_TOKEN_INVALID');
  });
});
