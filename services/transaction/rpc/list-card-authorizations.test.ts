import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { registerPerson } from '../../_testbed/opening.ts';
import { of } from '../testing.ts';
import { useCardBank } from '../testing-cards.ts';

describe('ListCardAuthorizations', function listCardAuthorizations() {
  this.timeout(120_000);
  const { bank, network, aCard, asked } = useCardBank();

  it('lists what was asked by the cards of an account, newest first, page by page, to who sees it', async () => {
    const card = await aCard();
    const ids = [];
    for (const amount of ['1.00', '2.00', '3000.00'])
      ids.unshift((await network().authorizeCard(asked(card, amount))).cardAuthorizationId);
    const { accountId } = card.account;
    const client = of(bank(), card.customerId);
    const first = await client.listCardAuthorizations({ accountId, pageSize: 2 });
    const rest = await client.listCardAuthorizations({ accountId, pageSize: 2, pageToken: first.nextPageToken });
    const listed = [...first.cardAuthorizations, ...rest.cardAuthorizations];
    expect(listed.map((one) => one.cardAuthorizationId)).to.deep.equal(ids);
    expect(listed.map((one) => one.merchant)).to.deep.equal(Array(3).fill('Pekarna U Mostu, Praha'));
    expect(rest.nextPageToken).to.equal('');
    const stranger = of(bank(), await registerPerson(bank()));
    await refused(stranger.listCardAuthorizations({ accountId }), 'ACCOUNT_NOT_FOUND');
  });
});
