import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { CardUse } from '#gen/bank/transaction/v1/card_authorization_pb.ts';
import { TransactionState, TransactionType } from '#gen/bank/transaction/v1/transaction_pb.ts';
import { approved, aRequestId, as, balancesOf, czk } from '../testing.ts';
import { aMessageKey, type UsedCard, useCardBank } from '../testing-cards.ts';

describe('ClearCardPayment', function clearCardPayment() {
  this.timeout(120_000);
  const { bank, network, aCard, asked, listed } = useCardBank();
  const clearing = (card: UsedCard, amount: string, more = {}) => ({
    requestId: aRequestId(),
    key: aMessageKey(),
    cardNumber: card.cardNumber,
    amount: czk(amount),
    use: CardUse.PURCHASE,
    merchant: 'Pekarna U Mostu, Praha',
    ...more,
  });
  async function authorised(card: UsedCard) {
    const request = asked(card, '100.00', { retrievalReference: '000000000042' });
    await network().authorizeCard(request);
    return request.key;
  }

  for (const [what, amount, booked] of [
    ['the same', '100.00', '900.00'],
    ['less', '60.00', '940.00'],
    ['more', '130.00', '870.00'],
    ['more than there is', '1500.00', '-500.00'],
  ] as const)
    it(`books ${what} against what is held, once, and holds nothing more`, async () => {
      const card = await aCard();
      const authorizationKey = await authorised(card);
      const request = clearing(card, amount, { authorizationKey });
      const answer = await network().clearCardPayment(request);
      expect(await network().clearCardPayment(request)).to.deep.equal(answer);
      const balances = `booked ${booked} held 0.00 in 0.00 available ${booked}`;
      expect(await balancesOf(bank(), card.account)).to.equal(balances);
      expect(await listed(card)).to.deep.equal([`CLEARED 00 ${amount}`]);
      const { transaction } = await as(bank(), 'TELLER').getTransaction({ transactionId: answer.transactionId });
      expect([transaction?.type, transaction?.state, transaction?.counterparty]).to.deep.equal([
        TransactionType.CARD_PAYMENT,
        TransactionState.POSTED,
        'Pekarna U Mostu, Praha',
      ]);
      const reversal = { requestId: aRequestId(), transactionId: answer.transactionId };
      await refused(approved(bank(), 'BACK_OFFICE').reverseTransaction(reversal), 'TRANSACTION_NOT_REVERSIBLE');
    });

  it('finds what was authorised by its reference', async () => {
    const card = await aCard();
    await authorised(card);
    await network().clearCardPayment(clearing(card, '100.00', { retrievalReference: '000000000042' }));
    expect(await listed(card)).to.deep.equal(['CLEARED 00 100.00']);
  });

  it('books what was never authorised, whatever there is', async () => {
    const card = await aCard(undefined, '0');
    await network().clearCardPayment(clearing(card, '20.00'));
    expect(await balancesOf(bank(), card.account)).to.equal('booked -20.00 held 0.00 in 0.00 available -20.00');
    expect(await listed(card)).to.deep.equal(['CLEARED 00 20.00']);
    const nobodys = clearing({ ...card, cardNumber: '4111111111111111' }, '1.00');
    await refused(network().clearCardPayment(nobodys), 'CARD_NOT_FOUND');
  });

  it('books what was let go before, and nothing that was reversed before it came', async () => {
    const card = await aCard();
    const authorizationKey = await authorised(card);
    await network().reverseCardAuthorization({ requestId: aRequestId(), authorizationKey });
    await network().clearCardPayment(clearing(card, '100.00', { authorizationKey }));
    expect(await balancesOf(bank(), card.account)).to.equal('booked 900.00 held 0.00 in 0.00 available 900.00');
    expect(await listed(card)).to.deep.equal(['CLEARED 00 100.00', 'REVERSED 00']);
    const key = aMessageKey();
    await network().reverseCardAuthorization({ requestId: aRequestId(), authorizationKey: key });
    await refused(network().clearCardPayment(clearing(card, '5.00', { key })), 'CARD_PAYMENT_REVERSED');
  });

  it('takes no other currency', async () => {
    const card = await aCard();
    const authorizationKey = await authorised(card);
    const amount = { currencyCode: 'EUR', amount: '1.00' };
    await refused(
      network().clearCardPayment(clearing(card, '1.00', { authorizationKey, amount })),
      'CURRENCY_MISMATCH',
    );
  });
});
