import { expect } from 'chai';
import { publishedOf } from '#chassis/testing/events.ts';
import { refused } from '#chassis/testing/service.ts';
import { CardNumberRevealedSchema } from '#gen/bank/account/v1/account_events_pb.ts';
import { accountsAs, aRequestId } from '../../_testbed/opening.ts';
import { useCards } from '../testing-cards.ts';
import { approvedAccounts } from '../testing-mandates.ts';

describe('RevealCardNumber', () => {
  const { bank, account, disponent, issued } = useCards();
  const office = () => accountsAs(bank(), 'BACK_OFFICE');
  const asked = (cardId: string) => ({ requestId: aRequestId(), cardId });

  it('shows the number, keeps no answer, and says each time whose was shown', async () => {
    const { cardId, lastFour, expiryDate } = await issued({ customerId: disponent() });
    for (const _each of [1, 2]) await approvedAccounts(bank()).permitCardReveal(asked(cardId));
    const request = asked(cardId);
    expect((await office().revealCardNumber({ ...request, validateOnly: true })).cardNumber).to.equal('');
    const shown = await office().revealCardNumber(request);
    expect([shown.cardNumber.slice(-4), shown.expiryDate]).to.deep.equal([lastFour, expiryDate]);
    expect((await office().revealCardNumber(asked(cardId))).cardNumber).to.equal(shown.cardNumber);
    await refused(office().revealCardNumber(request), 'ANSWER_NOT_KEPT');
    const told = await publishedOf(bank().database('account'), CardNumberRevealedSchema);
    const its = told.filter((event) => event.cardId === cardId);
    expect(its.map((event) => [event.customerId, event.accountId, event.toStaff])).to.deep.equal(
      [1, 2].map(() => [disponent(), account().accountId, true]),
    );
  });

  it('shows one of the staff nothing that nobody else permitted, and knows no card that there is none of', async () => {
    const { cardId } = await issued();
    await refused(office().revealCardNumber(asked(cardId)), 'CARD_REVEAL_NOT_PERMITTED');
    await refused(office().revealCardNumber(asked('car_none')), 'CARD_NOT_FOUND');
  });
});
