import { expect } from 'chai';
import { isForGood, isNews, readReceipts } from './receipts.ts';

const KEY = 'a'.repeat(32);

describe('receipts', () => {
  it('are read, of several of one message the one that says most', () => {
    const said = [
      { key: KEY, state: 'delivered', reason: 'ABSENT' },
      { key: 'b'.repeat(32), state: 'bounced' },
      { key: KEY, state: 'failed' },
    ];
    expect(readReceipts(JSON.stringify(said))).to.deep.equal([
      { key: KEY, state: 'delivered', reason: 'ABSENT' },
      { key: 'b'.repeat(32), state: 'bounced', reason: '' },
    ]);
  });

  it('are refused when they are none, and tell no markup as a reason', () => {
    const none = [
      'x',
      '{}',
      'null',
      '[null]',
      '[{}]',
      `[{"key":"${KEY}","state":"sent"}]`,
      `[{"key":"${KEY}","state":"__proto__"}]`,
      '[{"key":"A","state":"failed"}]',
      `[{"key":["${KEY}"],"state":"failed"}]`,
      JSON.stringify(Array.from({ length: 501 }, () => ({ key: KEY, state: 'failed' }))),
    ];
    for (const json of none) expect(readReceipts(json), json.slice(0, 60)).to.equal(undefined);
    for (const reason of ['<b>', 'a\nb', 'x'.repeat(65), 7]) {
      expect(readReceipts(JSON.stringify([{ key: KEY, state: 'failed', reason }]))?.[0]?.reason).to.equal('');
    }
  });

  it('say more or less than what is known, in whichever order they come', () => {
    expect(['waiting', 'retrying', 'sent', 'dead'].map((known) => isNews(known, 'failed'))).to.not.include(false);
    const more = [isNews('failed', 'delivered'), isNews('failed', 'bounced'), isNews('delivered', 'bounced')];
    expect(more).to.deep.equal([true, true, true]);
    const not = [isNews('delivered', 'failed'), isNews('bounced', 'delivered'), isNews('delivered', 'delivered')];
    expect(not).to.deep.equal([false, false, false]);
  });

  it('tell of an address that takes nothing any more, and not of a full mailbox, a policy or a later try', () => {
    for (const reason of ['', 'HARD', '5.1.1', '550 5.1.10 no such user', '5.2.1 disabled']) {
      expect(isForGood(reason), reason).to.equal(true);
    }
    for (const reason of ['4.2.2', '5.2.2', '552 5.2.2 full', '5.7.1 spam', '5.4.6']) {
      expect(isForGood(reason), reason).to.equal(false);
    }
  });
});
