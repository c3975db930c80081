import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { accountsAs, accountsOf, aRequestId } from '../../_testbed/opening.ts';
import { cardInShort, useCards } from '../testing-cards.ts';

describe('ActivateCard', () => {
  const { bank, owner, disponent, stranger, issued } = useCards();

  it('activates a card once, by its holder and not by staff, who have it issued', async () => {
    const { cardId } = await issued();
    const ask = { requestId: aRequestId(), cardId };
    await refused(accountsAs(bank(), 'BACK_OFFICE').activateCard(ask), 'CALLER_NOT_ALLOWED');
    const client = accountsOf(bank(), owner());
    expect(cardInShort((await client.activateCard(ask)).card)).to.equal('ACTIVE');
    await refused(client.activateCard({ requestId: aRequestId(), cardId }), 'CARD_NOT_ISSUED');
  });

  it('is nothing for another holder of the account, who sees it, and not there for a stranger', async () => {
    const { cardId } = await issued({ customerId: disponent() });
    await refused(accountsOf(bank(), owner()).activateCard({ requestId: aRequestId(), cardId }), 'CARDHOLDER_REQUIRED');
    await refused(accountsOf(bank(), stranger()).activateCard({ requestId: aRequestId(), cardId }), 'CARD_NOT_FOUND');
  });
});
