import { expect } from 'chai';
import { mayTry, nextTry } from './lockout.ts';

describe('Wrong passwords', () => {
  const now = new Date('2026-11-02T10:00:00Z');
  const wait = (failures: number) => (nextTry(failures, now).getTime() - now.getTime()) / 1_000;

  it('cost nothing twice, then twice as long each time, and a quarter of an hour at most', () => {
    expect([0, 1, 2, 3, 4, 5, 11, 12, 99].map(wait)).to.deep.equal([0, 0, 0, 2, 4, 8, 512, 900, 900]);
  });

  it('lock at the hundredth, whatever the time', () => {
    expect(mayTry(100, now.getTime(), new Date('2036-01-01'))).to.equal(false);
    expect(mayTry(99, now.getTime(), now)).to.equal(true);
    expect(mayTry(3, now.getTime() + 1, now)).to.equal(false);
  });
});
