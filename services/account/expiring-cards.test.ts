import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { accountsAs } from '../_testbed/opening.ts';
import { cardInShort, useCards } from './testing-cards.ts';
import { daysOf } from './testing-days.ts';

describe('The end of the day of cards', function expiringCards() {
  this.timeout(120_000);
  const { bank, issued, active } = useCards();
  const shown = async (cardId: string) => cardInShort((await accountsAs(bank(), 'TELLER').getCard({ cardId })).card);

  it('ends those whose last day it was, in whichever state, once, and no others', async () => {
    const [used, fresh, later] = [await active(), await issued(), await active()];
    const lastDay = `update card set expiry_date = (select max(open_date) from account) where id = any($1)`;
    await bank()
      .database('account')
      .query(lastDay, [[used.cardId, fresh.cardId]]);
    await daysOf(bank()).endDay();
    expect(await Promise.all([used, fresh, later].map(({ cardId }) => shown(cardId)))).to.deep.equal([
      'EXPIRED',
      'EXPIRED',
      'ACTIVE',
    ]);
    await daysOf(bank()).endDay();
    const events = await eventsOf(bank().database('account'), used.cardId);
    expect(events).to.deep.equal(['CardChanged 1', 'CardChanged 2', 'CardChanged 3']);
  });
});
