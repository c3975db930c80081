import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { cardNumberOf } from '../../_testbed/card-numbers.ts';
import { useCards } from '../testing-cards.ts';

describe('FindCard', () => {
  const { bank, account, issued } = useCards();

  it('finds a card by its number, for who is asked by it', async () => {
    const card = await issued();
    const cardNumber = await cardNumberOf(bank(), card.cardId);
    const transaction = bank().as(AccountService, 'transaction');
    const found = await transaction.findCard({ cardNumber });
    expect([found.card, found.partyId]).to.deep.equal([card, account().holders[0]?.customerId]);
    await refused(transaction.findCard({ cardNumber: '4111111111111111' }), 'CARD_NOT_FOUND');
  });
});
