import { expect } from 'chai';
import { ATTEMPTS_MAX, pauseAfter } from './retrying.ts';

describe('a delivery that failed', () => {
  it('is tried again after ever longer pauses, for hours, and then given up', () => {
    const pauses = Array.from({ length: ATTEMPTS_MAX }, (_, index) => pauseAfter(index + 1));
    expect(pauses.slice(0, 4)).to.deep.equal([1_000, 2_000, 4_000, 8_000]);
    expect(Math.max(...pauses.map((pause) => pause ?? 0))).to.equal(3_600_000);
    expect(pauses.at(-1)).to.equal(undefined);
    expect(pauses.reduce<number>((sum, pause) => sum + (pause ?? 0), 0)).to.be.within(3 * 3_600_000, 12 * 3_600_000);
  });
});
