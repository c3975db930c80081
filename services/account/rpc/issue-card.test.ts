import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused } from '#chassis/testing/service.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { isCardNumber } from '#rules/card-number.ts';
import { cardNumberOf } from '../../_testbed/card-numbers.ts';
import { accountsAs, aRequestId, openAccount } from '../../_testbed/opening.ts';
import { cardInShort, useCards } from '../testing-cards.ts';

describe('IssueCard', () => {
  const { bank, account, owner, disponent, stranger, issued } = useCards();
  const czk = (amount: string) => ({ currencyCode: 'CZK', amount });
  const asked = (more = {}) => ({
    requestId: aRequestId('card'),
    accountId: account().accountId,
    customerId: owner(),
    ...more,
  });
  const teller = () => accountsAs(bank(), 'TELLER');

  it('issues a card to a holder once, of which the number is found by the number alone', async () => {
    const request = asked({ customerId: disponent(), limits: { purchasesPerDay: czk('500'), usesPerDay: 3 } });
    const first = await teller().issueCard(request);
    expect(await teller().issueCard(request)).to.deep.equal(first);
    expect(first.card).to.deep.include({ accountId: account().accountId, customerId: disponent(), replacesCardId: '' });
    expect(first.card?.limits?.purchasesPerDay?.amount).to.equal('500.00');
    expect(cardInShort(first.card)).to.equal('ISSUED');
    const cardId = first.card?.cardId ?? '';
    expect(await eventsOf(bank().database('account'), cardId)).to.deep.equal(['CardChanged 1']);
    const cardNumber = await cardNumberOf(bank(), cardId);
    expect(isCardNumber(cardNumber)).to.equal(true);
    expect(cardNumber.slice(-4)).to.equal(first.card?.lastFour);
    const found = await bank().as(AccountService, 'transaction').findCard({ cardNumber });
    expect(found.card).to.deep.equal(first.card);
    // In clear the number stands nowhere: neither in the card's row nor in the command, its events or its record.
    for (const table of ['card', 'command', 'outbox']) {
      const rows = await bank().database('account').query<{ text: string }>(`select t::text as text from ${table} t`);
      expect(rows.filter(({ text }) => text.includes(cardNumber.slice(0, 15)))).to.deep.equal([]);
    }
  });

  it('issues it to nobody who does not hold the account, and on no account that is not in use', async () => {
    await refused(teller().issueCard(asked({ customerId: stranger() })), 'HOLDER_REQUIRED');
    await refused(teller().issueCard(asked({ accountId: 'acc_none' })), 'ACCOUNT_NOT_FOUND');
    const closed = await openAccount(bank(), { owners: [owner()] });
    await teller().closeAccount({ requestId: aRequestId(), accountId: closed.accountId });
    await refused(teller().issueCard(asked({ accountId: closed.accountId })), 'ACCOUNT_CLOSED');
  });

  it('takes no limits that make no sense', async () => {
    const limits = (purchasesPerDay: { currencyCode: string; amount: string }) => ({ limits: { purchasesPerDay } });
    const inEuros = asked(limits({ currencyCode: 'EUR', amount: '1' }));
    await refused(teller().issueCard(inEuros), 'CURRENCY_MISMATCH');
    await refused(teller().issueCard(asked(limits(czk('-1')))), 'AMOUNT_INVALID');
  });

  it('gives each card another number', async () => {
    const cards = await Promise.all(Array.from({ length: 5 }, () => issued()));
    const rows = await bank().database('account').query('select distinct number_hash from card');
    expect(new Set(cards.map(({ cardId }) => cardId)).size).to.equal(5);
    expect(rows.length).to.be.at.least(6);
  });
});
