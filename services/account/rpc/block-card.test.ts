import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { CardBlockReason } from '#gen/bank/account/v1/card_pb.ts';
import { accountsAs, accountsOf, aRequestId } from '../../_testbed/opening.ts';
import { cardInShort, useCards } from '../testing-cards.ts';

describe('BlockCard', () => {
  const { bank, owner, disponent, issued, active } = useCards();
  const { BANK_DECISION, CUSTOMER_REQUEST, LOST } = CardBlockReason;

  it('blocks a card at once: by its holder, by an owner of the account, by staff', async () => {
    const { cardId } = await active({ customerId: disponent() });
    const block = (client: ReturnType<typeof accountsOf>, reason: CardBlockReason) =>
      client.blockCard({ requestId: aRequestId(), cardId, reason });
    const { card } = await block(accountsOf(bank(), disponent()), CUSTOMER_REQUEST);
    expect(cardInShort(card)).to.equal('BLOCKED CUSTOMER_REQUEST');
    const { card: lost } = await block(accountsOf(bank(), owner()), LOST);
    expect(cardInShort(lost)).to.equal('BLOCKED LOST');
    await refused(block(accountsAs(bank(), 'COMPLIANCE'), BANK_DECISION), 'BLOCK_NOT_ALLOWED');
  });

  it('leaves to the bank what is the bank’s, and to others what is theirs', async () => {
    const { cardId } = await active();
    const theirs = { requestId: aRequestId(), cardId, reason: BANK_DECISION };
    await refused(accountsOf(bank(), owner()).blockCard(theirs), 'BLOCK_NOT_ALLOWED');
    const foreign = { requestId: aRequestId(), cardId, reason: LOST };
    await refused(accountsOf(bank(), disponent()).blockCard(foreign), 'CARDHOLDER_REQUIRED');
    const { cardId: old } = await issued();
    await accountsAs(bank(), 'TELLER').replaceCard({ requestId: aRequestId(), cardId: old });
    await refused(accountsAs(bank(), 'TELLER').blockCard({ ...foreign, cardId: old }), 'CARD_ENDED');
  });
});
