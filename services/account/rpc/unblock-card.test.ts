import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { CardBlockReason } from '#gen/bank/account/v1/card_pb.ts';
import { accountsAs, accountsOf, aRequestId } from '../../_testbed/opening.ts';
import { cardInShort, useCards } from '../testing-cards.ts';

describe('UnblockCard', () => {
  const { bank, owner, disponent, issued, active } = useCards();
  const { FRAUD_SUSPICION, CUSTOMER_REQUEST, STOLEN } = CardBlockReason;

  it('lifts what a customer asked for by its holder, to where the card was', async () => {
    const client = accountsOf(bank(), owner());
    for (const [{ cardId }, was] of [
      [await active(), 'ACTIVE'],
      [await issued(), 'ISSUED'],
    ] as const) {
      await client.blockCard({ requestId: aRequestId(), cardId, reason: CUSTOMER_REQUEST });
      expect(cardInShort((await client.unblockCard({ requestId: aRequestId(), cardId })).card)).to.equal(was);
      await refused(client.unblockCard({ requestId: aRequestId(), cardId }), 'CARD_NOT_BLOCKED');
    }
  });

  it('lifts what the bank decided by staff alone, and of a stolen card nothing', async () => {
    const { cardId } = await active();
    const [customer, office] = [accountsOf(bank(), owner()), accountsAs(bank(), 'BACK_OFFICE')];
    await office.blockCard({ requestId: aRequestId(), cardId, reason: FRAUD_SUSPICION });
    await refused(customer.unblockCard({ requestId: aRequestId(), cardId }), 'BLOCK_NOT_ALLOWED');
    await refused(
      accountsOf(bank(), disponent()).unblockCard({ requestId: aRequestId(), cardId }),
      'CARDHOLDER_REQUIRED',
    );
    await office.unblockCard({ requestId: aRequestId(), cardId });
    await customer.blockCard({ requestId: aRequestId(), cardId, reason: STOLEN });
    await refused(office.unblockCard({ requestId: aRequestId(), cardId }), 'CARD_LOST');
  });
});
