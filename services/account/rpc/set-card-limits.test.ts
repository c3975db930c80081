import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { accountsAs, aRequestId } from '../../_testbed/opening.ts';
import { useCards } from '../testing-cards.ts';

describe('SetCardLimits', () => {
  const { bank, issued } = useCards();
  const limits = { withdrawalsPerDay: { currencyCode: 'CZK', amount: '5000' }, abroad: true };

  it('sets all limits in the place of those before', async () => {
    const { cardId } = await issued({ limits: { usesPerDay: 2, abroad: false } });
    const { card } = await accountsAs(bank(), 'TELLER').setCardLimits({ requestId: aRequestId(), cardId, limits });
    expect(card?.limits).to.deep.include({ usesPerDay: 0, abroad: true });
    expect(card?.limits?.withdrawalsPerDay?.amount).to.equal('5000.00');
    expect(card?.version).to.equal(2n);
  });

  it('refuses another currency, and a card that has ended', async () => {
    const { cardId } = await issued();
    const asked = { requestId: aRequestId(), cardId, limits };
    const inEuros = { ...asked, limits: { onlinePerDay: { currencyCode: 'EUR', amount: '1' } } };
    await refused(accountsAs(bank(), 'TELLER').setCardLimits(inEuros), 'CURRENCY_MISMATCH');
    await accountsAs(bank(), 'TELLER').replaceCard({ requestId: aRequestId(), cardId });
    await refused(accountsAs(bank(), 'TELLER').setCardLimits({ ...asked, requestId: aRequestId() }), 'CARD_ENDED');
  });
});
