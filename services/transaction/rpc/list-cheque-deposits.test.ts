import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { openAccount, registerPerson } from '../../_testbed/opening.ts';
import { as, of } from '../testing.ts';
import { aCheque, useCheques } from '../testing-cheques.ts';

describe('ListChequeDeposits', () => {
  const { bank } = useCheques();

  it('lists cheques that were paid in, the newest first, page by page, to whoever sees the account', async () => {
    const jana = await registerPerson(bank());
    const { accountId } = await openAccount(bank(), { owners: [jana] });
    for (const number of [1, 2, 3]) {
      const cheque = await aCheque(bank(), 'DE89370400440532013000', number);
      await as(bank(), 'TELLER').depositCheque({ ...cheque, creditorAccountId: accountId });
    }
    const mine = of(bank(), jana);
    const page = await mine.listChequeDeposits({ accountId, pageSize: 2 });
    const last = await mine.listChequeDeposits({ accountId, pageSize: 2, pageToken: page.nextPageToken });
    expect([...page.chequeDeposits, ...last.chequeDeposits].map(({ number }) => number)).to.deep.equal([3, 2, 1]);
    await refused(mine.listChequeDeposits({ accountId, pageToken: 'none' }), 'PAGE_TOKEN_INVALID');
    const stranger = of(bank(), await registerPerson(bank()));
    await refused(stranger.listChequeDeposits({ accountId }), 'ACCOUNT_NOT_FOUND');
  });
});
