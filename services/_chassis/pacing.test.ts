import { expect } from 'chai';
import { pacing } from './pacing.ts';

describe('pacing', () => {
  it('lets who keeps up go on at once', () => {
    expect(pacing()(199, 100)).to.equal(0);
  });

  it('lets who is behind rest for less than they worked, and longer while something slows them down', () => {
    const restAfter = pacing();
    expect(restAfter(500, 100)).to.equal(40);
    expect(restAfter(500, 300)).to.be.within(300 * 0.4 * 2.9, 300 * 0.4 * 3);
    expect(restAfter(500, 100_000)).to.equal(100_000 * 0.4 * 5);
    expect(restAfter(500, 100)).to.be.within(39, 40);
  });

  it('takes for the best what has been the best of late', () => {
    const restAfter = pacing();
    restAfter(500, 100);
    for (let batch = 0; batch < 1_000; batch += 1) restAfter(500, 200);
    expect(restAfter(500, 200)).to.be.within(80, 80.5);
  });
});
