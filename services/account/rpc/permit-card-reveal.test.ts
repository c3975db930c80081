import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { accountsAs, aRequestId } from '../../_testbed/opening.ts';
import { useCards } from '../testing-cards.ts';
import { approvedAccounts } from '../testing-mandates.ts';

describe('PermitCardReveal', () => {
  const { bank, issued } = useCards();
  const office = () => accountsAs(bank(), 'BACK_OFFICE');
  const asked = (cardId: string) => ({ requestId: aRequestId(), cardId });

  it('lets who asked be shown the number once, with the approval of somebody else', async () => {
    const { cardId, lastFour } = await issued();
    await refused(office().permitCardReveal(asked(cardId)), 'CALLER_NOT_ALLOWED');
    await approvedAccounts(bank()).permitCardReveal({ ...asked(cardId), validateOnly: true });
    await refused(office().revealCardNumber(asked(cardId)), 'CARD_REVEAL_NOT_PERMITTED');
    const request = asked(cardId);
    const permitted = await approvedAccounts(bank()).permitCardReveal(request);
    expect(await approvedAccounts(bank()).permitCardReveal(request)).to.deep.equal(permitted);
    const other = accountsAs(bank(), 'BACK_OFFICE', 'TELLER');
    await refused(other.revealCardNumber(asked(cardId)), 'CARD_REVEAL_NOT_PERMITTED');
    const { cardNumber } = await office().revealCardNumber(asked(cardId));
    expect(cardNumber.slice(-4)).to.equal(lastFour);
    await refused(office().revealCardNumber(asked(cardId)), 'CARD_REVEAL_NOT_PERMITTED');
  });

  it('holds for its card alone, and not for ever', async () => {
    const [{ cardId }, { cardId: another }] = [await issued(), await issued()];
    await approvedAccounts(bank()).permitCardReveal(asked(cardId));
    await refused(office().revealCardNumber(asked(another)), 'CARD_REVEAL_NOT_PERMITTED');
    await bank()
      .database('account')
      .query('update card_reveal_permit set expire_time = now() where card_id = $1', [cardId]);
    await refused(office().revealCardNumber(asked(cardId)), 'CARD_REVEAL_NOT_PERMITTED');
    await refused(approvedAccounts(bank()).permitCardReveal(asked('car_none')), 'CARD_NOT_FOUND');
  });
});
