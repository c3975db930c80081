import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { load, percentile } from './load.ts';

const WINDOW = { seconds: 0.5, onEdge: () => undefined };

describe('A load', () => {
  it('of so many calls in flight begins a call when one ends', async () => {
    let [inFlight, most] = [0, 0];
    const work = async () => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      await sleep(5);
      inFlight -= 1;
      return [];
    };
    const { calls, failures } = await load(work, { inFlight: 7 }, WINDOW);
    expect(most).to.equal(7);
    expect(calls).to.be.greaterThan(100);
    expect(failures).to.deep.equal({});
  });

  it('by a schedule counts a stall for all who came while it lasted, not for one', async () => {
    const from = performance.now();
    const stall = [from + 300, from + 500] as const;
    const work = async () => {
      const now = performance.now();
      if (now >= stall[0] && now < stall[1]) await sleep(stall[1] - now);
      return [];
    };
    const { latencies } = await load(work, { perSecond: 1_000 }, WINDOW);
    // A fifth of a second of half a one: who came in the middle of it waited for half of it.
    expect(percentile(latencies, 0.8)).to.be.greaterThan(60);
    expect(percentile(latencies, 0.2)).to.be.lessThan(20);
  });

  it('tells what was answered, and what was not by what was said', async () => {
    let turn = 0;
    const work = async () => {
      await sleep(1);
      turn += 1;
      if (turn % 3 === 0) throw new Error('no');
      return [`jnl_${turn}`];
    };
    const { answered, failures } = await load(work, { inFlight: 1 }, WINDOW);
    expect(failures['no']).to.be.closeTo(turn / 3, 1);
    expect(answered.length).to.equal(turn - (failures['no'] ?? 0));
  });

  it('has percentiles of what it was', () => {
    const sorted = Float64Array.from({ length: 1_000 }, (_, index) => index);
    expect([0, 0.5, 0.99, 0.999, 1].map((share) => percentile(sorted, share))).to.deep.equal([0, 500, 990, 999, 999]);
    expect(percentile(new Float64Array(), 0.5)).to.equal(0);
  });
});
