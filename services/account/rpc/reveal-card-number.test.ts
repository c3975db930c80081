import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { accountsAs, aRequestId } from '../../_testbed/opening.ts';
import { useCards } from '../testing-cards.ts';

describe('RevealCardNumber', () => {
  const { bank, disponent, issued } = useCards();

  it('shows the number, and keeps no answer', async () => {
    const { cardId, lastFour, expiryDate } = await issued({ customerId: disponent() });
    const request = { requestId: aRequestId(), cardId };
    const office = accountsAs(bank(), 'BACK_OFFICE');
    const shown = await office.revealCardNumber(request);
    expect([shown.cardNumber.slice(-4), shown.expiryDate]).to.deep.equal([lastFour, expiryDate]);
    const again = await office.revealCardNumber({ ...request, requestId: aRequestId() });
    expect(again.cardNumber).to.equal(shown.cardNumber);
    await refused(office.revealCardNumber(request), 'ANSWER_NOT_KEPT');
  });

  it('knows no card that there is none of', async () => {
    const request = { requestId: aRequestId(), cardId: 'car_none' };
    await refused(accountsAs(bank(), 'BACK_OFFICE').revealCardNumber(request), 'CARD_NOT_FOUND');
  });
});
