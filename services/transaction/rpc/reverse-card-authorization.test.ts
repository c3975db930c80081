import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { CardUse } from '#gen/bank/transaction/v1/card_authorization_pb.ts';
import { aRequestId, balancesOf, czk } from '../testing.ts';
import { aMessageKey, type UsedCard, useCardBank } from '../testing-cards.ts';

describe('ReverseCardAuthorization', function reverseCardAuthorization() {
  this.timeout(120_000);
  const { bank, network, aCard, asked, listed } = useCardBank();
  async function authorised(card: UsedCard) {
    const request = asked(card);
    await network().authorizeCard(request);
    return request.key;
  }
  async function cleared(card: UsedCard) {
    const authorizationKey = await authorised(card);
    const { cardNumber } = card;
    const terms = { key: aMessageKey(), cardNumber, amount: czk('100.00'), use: CardUse.PURCHASE, authorizationKey };
    await network().clearCardPayment({ requestId: aRequestId(), ...terms });
    return authorizationKey;
  }
  const reversal = (authorizationKey: ReturnType<typeof aMessageKey>, remaining?: string) => ({
    requestId: aRequestId(),
    authorizationKey,
    ...(remaining !== undefined && { remainingAmount: czk(remaining) }),
  });

  it('lets go what is held, once; a second one finds nothing left', async () => {
    const card = await aCard();
    const key = await authorised(card);
    const request = reversal(key);
    const answer = await network().reverseCardAuthorization(request);
    expect(answer.responseCode).to.equal('00');
    expect(await network().reverseCardAuthorization(request)).to.deep.equal(answer);
    expect((await network().reverseCardAuthorization(reversal(key))).responseCode).to.equal('00');
    expect(await balancesOf(bank(), card.account)).to.equal('booked 1000.00 held 0.00 in 0.00 available 1000.00');
    expect(await listed(card)).to.deep.equal(['REVERSED 00']);
  });

  it('lets go a part of what is held, and the rest is cleared', async () => {
    const card = await aCard(undefined, '100.00');
    const authorizationKey = await authorised(card);
    await network().reverseCardAuthorization(reversal(authorizationKey, '30.00'));
    expect(await balancesOf(bank(), card.account)).to.equal('booked 100.00 held 30.00 in 0.00 available 70.00');
    expect(await listed(card)).to.deep.equal(['APPROVED 00 30.00']);
    // Not to more again.
    await network().reverseCardAuthorization(reversal(authorizationKey, '50.00'));
    expect(await listed(card)).to.deep.equal(['APPROVED 00 30.00']);
    const { cardNumber } = card;
    const terms = { key: aMessageKey(), cardNumber, amount: czk('30.00'), use: CardUse.PURCHASE, authorizationKey };
    await network().clearCardPayment({ requestId: aRequestId(), ...terms });
    expect(await balancesOf(bank(), card.account)).to.equal('booked 70.00 held 0.00 in 0.00 available 70.00');
    const inEuros = { ...reversal(authorizationKey), remainingAmount: { currencyCode: 'EUR', amount: '1' } };
    await refused(network().reverseCardAuthorization(inEuros), 'CURRENCY_MISMATCH');
  });

  it('puts back what is booked, in part and as a whole, once', async () => {
    const card = await aCard();
    const key = await cleared(card);
    const part = reversal(key, '25.00');
    await network().reverseCardAuthorization(part);
    await network().reverseCardAuthorization(part);
    expect(await balancesOf(bank(), card.account)).to.equal('booked 975.00 held 0.00 in 0.00 available 975.00');
    await Promise.all([1, 2].map(() => network().reverseCardAuthorization(reversal(key))));
    expect(await balancesOf(bank(), card.account)).to.equal('booked 1000.00 held 0.00 in 0.00 available 1000.00');
    expect(await listed(card)).to.deep.equal(['REVERSED 00']);
  });
});
