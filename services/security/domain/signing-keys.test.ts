import { expect } from 'chai';
import { nextSignMs, overAt, type Scheduled, signingAt, waitingAt } from './signing-keys.ts';

describe('Signing keys', () => {
  const schedule = { periodMs: 1_000, leadMs: 100, toldMs: 5_000 };
  const key = (kid: string, signMs: number): Scheduled => ({ kid, signMs });

  it('sign from their time on until that of the next', () => {
    const keys = [key('b', 1_000), key('a', 0), key('c', 2_000)];
    expect([-1, 0, 999, 1_000, 1_999, 2_000].map((now) => signingAt(keys, now)?.kid)).to.deep.equal([
      undefined,
      'a',
      'a',
      'b',
      'b',
      'c',
    ]);
    expect([0, 1_999, 2_000].map((now) => waitingAt(keys, now)?.kid)).to.deep.equal(['c', 'c', undefined]);
  });

  const cases: [string, Scheduled[], number, number | undefined][] = [
    ['the first signs at once', [], 500, 500],
    ['none is made while one has time left', [key('a', 0)], 899, undefined],
    ['the next is made so long before it signs as it is to be told', [key('a', 0)], 900, 1_000],
    ['one that is made late is told as long all the same', [key('a', 0)], 5_000, 5_100],
    ['none is made while another waits', [key('a', 0), key('b', 1_000)], 950, undefined],
    ['none is made before the first signs', [key('a', 10)], 0, undefined],
  ];
  for (const [what, keys, now, expected] of cases) {
    it(`follow each other: ${what}`, () => {
      expect(nextSignMs(keys, now, schedule)).to.equal(expected);
    });
  }

  it('are told for as long as a token of theirs may live, and the one that signs always', () => {
    const keys = [key('a', 0), key('b', 1_000), key('c', 2_000)];
    expect(overAt(keys, 5_999, schedule)).to.deep.equal([]);
    expect(overAt(keys, 6_000, schedule)).to.deep.equal(['a']);
    expect(overAt(keys, 1e12, schedule)).to.deep.equal(['a', 'b']);
  });
});
