import { expect } from 'chai';
import { businessClock } from './clock.ts';

describe('The business clock', () => {
  const day = Temporal.PlainDate.from('2026-01-31');
  const start = Temporal.Instant.from('2026-01-31T12:00:00Z');

  it('asks the ledger at most every quarter of a second, and runs on in between', async () => {
    let asked = 0;
    const clock = businessClock(async () => {
      asked += 1;
      return { openDate: day, now: start };
    });
    const read = await Promise.all([clock.read(), clock.read(), clock.read()]);
    expect(asked).to.equal(1);
    expect(read.every(({ openDate }) => openDate.equals(day))).to.equal(true);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const elapsed = (await clock.read()).now.since(start).total('milliseconds');
    expect(elapsed).to.be.within(80, 250);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await clock.read();
    expect(asked).to.equal(2);
  });

  it('asks again after a failure', async () => {
    let asked = 0;
    const clock = businessClock(async () => {
      asked += 1;
      if (asked === 1) throw new Error('away');
      return { openDate: day, now: start };
    });
    expect(await clock.read().catch((error: Error) => error.message)).to.equal('away');
    expect((await clock.read()).openDate.toString()).to.equal('2026-01-31');
  });
});
