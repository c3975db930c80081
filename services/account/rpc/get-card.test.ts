import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { accountsOf } from '../../_testbed/opening.ts';
import { useCards } from '../testing-cards.ts';

describe('GetCard', () => {
  const { bank, owner, disponent, stranger, issued } = useCards();

  it('shows a card to who sees its account, and to nobody else', async () => {
    const card = await issued();
    const { cardId } = card;
    for (const customerId of [owner(), disponent()])
      expect((await accountsOf(bank(), customerId).getCard({ cardId })).card).to.deep.equal(card);
    await refused(accountsOf(bank(), stranger()).getCard({ cardId }), 'CARD_NOT_FOUND');
    await refused(accountsOf(bank(), owner()).getCard({ cardId: 'car_none' }), 'CARD_NOT_FOUND');
  });
});
