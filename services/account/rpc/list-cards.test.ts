import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { accountsAs, accountsOf } from '../../_testbed/opening.ts';
import { useCards } from '../testing-cards.ts';

describe('ListCards', () => {
  const { bank, account, owner, disponent, stranger, issued } = useCards();

  it('lists the cards of an account, newest first, page by page', async () => {
    const cards = [];
    for (const customerId of [owner(), disponent(), owner()]) cards.unshift(await issued({ customerId }));
    const { accountId } = account();
    const client = accountsOf(bank(), disponent());
    const first = await client.listCards({ accountId, pageSize: 2 });
    const rest = await client.listCards({ accountId, pageSize: 2, pageToken: first.nextPageToken });
    expect([...first.cards, ...rest.cards]).to.deep.equal(cards);
    expect(rest.nextPageToken).to.equal('');
    await refused(accountsOf(bank(), stranger()).listCards({ accountId }), 'ACCOUNT_NOT_FOUND');
    await refused(accountsAs(bank(), 'AUDITOR').listCards({ accountId: 'acc_none' }), 'ACCOUNT_NOT_FOUND');
  });
});
