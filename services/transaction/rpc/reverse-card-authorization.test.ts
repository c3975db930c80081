import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { FreezeReason } from '#gen/bank/account/v1/account_pb.ts';
import { CardUse } from '#gen/bank/transaction/v1/card_authorization_pb.ts';
import { LimitChannel } from '#gen/bank/transaction/v1/limit_pb.ts';
import { accountsAs, registerPerson } from '../../_testbed/opening.ts';
import { aRequestId, balancesOf, czk, of } from '../testing.ts';
import { aMessageKey, type UsedCard, useCardBank } from '../testing-cards.ts';
import { aLimit, publishLimits } from '../testing-limits.ts';

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

  it('keeps held what its account takes no other hold of', async () => {
    const card = await aCard();
    const authorizationKey = await authorised(card);
    const { accountId } = card.account;
    const officer = accountsAs(bank(), 'COMPLIANCE');
    await officer.freezeAccount({ requestId: aRequestId(), accountId, debits: true, reason: FreezeReason.COURT_ORDER });
    await network().reverseCardAuthorization(reversal(authorizationKey, '30.00'));
    expect(await listed(card)).to.deep.equal(['APPROVED 00 30.00']);
    expect(await balancesOf(bank(), card.account)).to.equal('booked 1000.00 held 100.00 in 0.00 available 900.00');
    await officer.unfreezeAccount({ requestId: aRequestId(), accountId });
    const { cardNumber } = card;
    const terms = { key: aMessageKey(), cardNumber, amount: czk('30.00'), use: CardUse.PURCHASE, authorizationKey };
    await network().clearCardPayment({ requestId: aRequestId(), ...terms });
    expect(await balancesOf(bank(), card.account)).to.equal('booked 970.00 held 0.00 in 0.00 available 970.00');
  });

  it('puts back what the account has refused, when it is asked again', async () => {
    const card = await aCard();
    const key = await cleared(card);
    const { accountId } = card.account;
    const officer = accountsAs(bank(), 'COMPLIANCE');
    const freeze = { requestId: aRequestId(), accountId, credits: true, reason: FreezeReason.COURT_ORDER };
    await officer.freezeAccount(freeze);
    await refused(network().reverseCardAuthorization(reversal(key)), 'ACCOUNT_FROZEN');
    await officer.unfreezeAccount({ requestId: aRequestId(), accountId });
    expect((await network().reverseCardAuthorization(reversal(key))).responseCode).to.equal('00');
    expect(await balancesOf(bank(), card.account)).to.equal('booked 1000.00 held 0.00 in 0.00 available 1000.00');
  });

  it('gives back what limits have counted of whoever holds the card, whether it was held or booked', async () => {
    const other = await registerPerson(bank());
    const card = await aCard(undefined, '1000.00', [other]);
    const used = async (customerId: string) => {
      const { limits } = await of(bank(), customerId).listLimits({});
      return limits.map(({ usedAmount, usedCount }) => `${usedAmount?.amount} ${usedCount}`).join();
    };
    await publishLimits(bank(), [aLimit('cards-day', '150.00', { channel: LimitChannel.CARD })]);
    const held = await authorised(card);
    expect([await used(card.customerId), await used(other)]).to.deep.equal(['100.00 1', '0.00 0']);
    expect((await network().authorizeCard(asked(card))).responseCode).to.equal('61');
    await network().reverseCardAuthorization(reversal(held));
    expect(await used(card.customerId)).to.equal('0.00 0');
    const booked = await cleared(card);
    expect(await used(card.customerId)).to.equal('100.00 1');
    await network().reverseCardAuthorization(reversal(booked, '40.00'));
    expect(await used(card.customerId)).to.equal('40.00 1');
    await Promise.all([1, 2].map(() => network().reverseCardAuthorization(reversal(booked))));
    expect(await used(card.customerId)).to.equal('0.00 0');
    await publishLimits(bank(), []);
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
