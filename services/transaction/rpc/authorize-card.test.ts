import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import { FreezeReason } from '#gen/bank/account/v1/account_pb.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { CardBlockReason } from '#gen/bank/account/v1/card_pb.ts';
import { CardUse } from '#gen/bank/transaction/v1/card_authorization_pb.ts';
import { aRequestId, balancesOf, czk, dump } from '../testing.ts';
import { aMessageKey, useCardBank } from '../testing-cards.ts';

describe('AuthorizeCard', function authorizeCard() {
  this.timeout(120_000);
  const { bank, network, aCard, asked, listed } = useCardBank();
  const accounts = () => bank().asPrincipal(AccountService, staff('BACK_OFFICE'));
  const codeOf = async (...request: Parameters<typeof asked>) =>
    (await network().authorizeCard(asked(...request))).responseCode;

  it('holds the amount once, and answers the same message the same', async () => {
    const card = await aCard();
    const request = asked(card);
    const answer = await network().authorizeCard(request);
    expect([answer.responseCode, answer.amount?.amount]).to.deep.equal(['00', '100.00']);
    expect(answer.approvalCode).to.match(/^[0-9]{6}$/);
    expect(await network().authorizeCard(request)).to.deep.equal(answer);
    // So is the same message under another key of a command.
    const again = await network().authorizeCard({ ...request, requestId: aRequestId() });
    expect(again).to.deep.equal(answer);
    expect(await balancesOf(bank(), card.account)).to.equal('booked 1000.00 held 100.00 in 0.00 available 900.00');
    expect(await listed(card)).to.deep.equal(['APPROVED 00 100.00']);
    const events = await eventsOf(bank().database('transaction'), answer.cardAuthorizationId);
    expect(events).to.deep.equal(['CardAuthorizationChanged 2']);
    const stored = await dump(bank().database('transaction'));
    expect(stored).to.not.include(card.cardNumber).and.not.include('Pekarna');
    await refused(network().authorizeCard({ ...request, amount: czk('1.00') }), 'REQUEST_EXISTS');
  });

  it('declines what is not there, and approves a part of it where that will do', async () => {
    const card = await aCard();
    expect(await codeOf(card, '1000.01')).to.equal('51');
    const part = await network().authorizeCard(asked(card, '1000.01', { partialAllowed: true }));
    expect([part.responseCode, part.amount?.amount]).to.deep.equal(['10', '1000.00']);
    expect(await codeOf(card, '0.01', { partialAllowed: true })).to.equal('51');
    expect(await listed(card)).to.deep.equal(['DECLINED 51', 'APPROVED 10 1000.00', 'DECLINED 51']);
  });

  it('declines what the card is not for', async () => {
    const { EUR } = { EUR: { currencyCode: 'EUR', amount: '1.00' } };
    const card = await aCard();
    expect(await codeOf({ ...card, cardNumber: '4111111111111111' })).to.equal('14');
    expect(await codeOf(card, '1.00', { expiry: '0101' })).to.equal('54');
    expect(await codeOf(card, '1.00', { countryCode: 'CZ' })).to.equal('00');
    expect(await codeOf(card, '1.00', { countryCode: 'DE' })).to.equal('57');
    expect(await codeOf(card, '1.00', { amount: EUR })).to.equal('12');
    const { cardId } = card;
    await accounts().blockCard({ requestId: aRequestId(), cardId, reason: CardBlockReason.CUSTOMER_REQUEST });
    expect(await codeOf(card)).to.equal('62');
    await accounts().blockCard({ requestId: aRequestId(), cardId, reason: CardBlockReason.LOST });
    expect(await codeOf(card)).to.equal('41');
    await accounts().blockCard({ requestId: aRequestId(), cardId, reason: CardBlockReason.STOLEN });
    expect(await codeOf(card)).to.equal('43');
    await bank()
      .database('account')
      .query(`update card set state = 'expired', block_reason = null where id = $1`, [cardId]);
    expect(await codeOf(card)).to.equal('54');
  });

  it('declines what its account takes none of', async () => {
    const card = await aCard();
    const freeze = { requestId: aRequestId(), debits: true, reason: FreezeReason.FRAUD_SUSPICION };
    const office = bank().asPrincipal(AccountService, staff('COMPLIANCE'));
    await office.freezeAccount({ ...freeze, accountId: card.account.accountId });
    expect(await codeOf(card)).to.equal('62');
  });

  it('keeps to the limits of a day, however much is asked at once', async () => {
    const card = await aCard({ purchasesPerDay: czk('250'), onlinePerDay: czk('0'), usesPerDay: 4 });
    const codes = await Promise.all(Array.from({ length: 3 }, () => codeOf(card)));
    expect(codes.toSorted()).to.deep.equal(['00', '00', '61']);
    expect(await codeOf(card, '1.00', { use: CardUse.ONLINE })).to.equal('57');
    expect(await codeOf(card, '500.00', { use: CardUse.WITHDRAWAL })).to.equal('00');
    expect(await codeOf(card, '50.00')).to.equal('00');
    expect(await codeOf(card, '0.01', { use: CardUse.WITHDRAWAL })).to.equal('65');
  });

  it('holds what the network has decided, whatever there is', async () => {
    const card = await aCard({ purchasesPerDay: czk('1') }, '0');
    expect(await codeOf(card, '70.00', { advice: true })).to.equal('00');
    expect(await balancesOf(bank(), card.account)).to.equal('booked 0.00 held 70.00 in 0.00 available -70.00');
  });

  it('declines what was reversed before it came', async () => {
    const card = await aCard();
    const key = aMessageKey();
    const reversal = { requestId: aRequestId(), authorizationKey: key };
    expect((await network().reverseCardAuthorization(reversal)).responseCode).to.equal('25');
    expect(await codeOf(card, '100.00', { key })).to.equal('22');
    expect(await balancesOf(bank(), card.account)).to.equal('booked 1000.00 held 0.00 in 0.00 available 1000.00');
  });
});
