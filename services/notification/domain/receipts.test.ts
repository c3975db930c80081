import { expect } from 'chai';
import { isNews, readReceipts } from './receipts.ts';

const KEY = 'a'.repeat(32);

describe('receipts', () => {
  it('are read, of several of one message the last', () => {
    const said = [
      { key: KEY, state: 'failed', reason: 'ABSENT' },
      { key: 'b'.repeat(32), state: 'bounced' },
      { key: KEY, state: 'delivered' },
    ];
    expect(readReceipts(JSON.stringify(said))).to.deep.equal([
      { key: KEY, state: 'delivered', reason: '' },
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

  it('never take back that a message has arrived', () => {
    expect(['waiting', 'retrying', 'sent', 'dead'].map((known) => isNews(known, 'bounced'))).to.not.include(false);
    expect(isNews('bounced', 'delivered')).to.equal(true);
    const not = [isNews('delivered', 'failed'), isNews('failed', 'bounced'), isNews('delivered', 'delivered')];
    expect(not).to.deep.equal([false, false, false]);
  });
});
