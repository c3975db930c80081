import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { accountsAs, aRequestId } from '../../_testbed/opening.ts';
import { cardInShort, useCards } from '../testing-cards.ts';

describe('ReplaceCard', () => {
  const { bank, active } = useCards();

  it('issues another card with the same limits, and ends the one before, once', async () => {
    const before = await active({ limits: { usesPerDay: 7 } });
    const teller = accountsAs(bank(), 'TELLER');
    const request = { requestId: aRequestId(), cardId: before.cardId };
    const { card } = await teller.replaceCard(request);
    expect((await teller.replaceCard(request)).card).to.deep.equal(card);
    expect(card).to.deep.include({ replacesCardId: before.cardId, customerId: before.customerId });
    expect([cardInShort(card), card?.limits?.usesPerDay]).to.deep.equal(['ISSUED', 7]);
    expect(cardInShort((await teller.getCard({ cardId: before.cardId })).card)).to.equal('REPLACED');
    await refused(teller.replaceCard({ ...request, requestId: aRequestId() }), 'CARD_REPLACED');
    await refused(teller.replaceCard({ requestId: aRequestId(), cardId: 'car_none' }), 'CARD_NOT_FOUND');
  });
});
