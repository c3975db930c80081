import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { makeBell } from './bell.ts';

const LONG_MS = 60_000;

describe('A bell', () => {
  it('wakes who waits, and is remembered for who comes later, once', async () => {
    const bell = makeBell();
    const woken = bell.rung(LONG_MS);
    bell.ring();
    await woken;
    bell.ring();
    bell.ring();
    await bell.rung(LONG_MS);
    const again = bell.rung(LONG_MS).then(() => 'woken');
    expect(await Promise.race([again, sleep(20, 'waits')])).to.equal('waits');
    bell.ring();
    expect(await again).to.equal('woken');
  });

  it('is waited for no longer than that, nor when it is over', async () => {
    const bell = makeBell();
    await bell.rung(1);
    const over = new AbortController();
    const woken = bell.rung(LONG_MS, over.signal);
    over.abort();
    await woken;
    await bell.rung(LONG_MS, over.signal);
  });
});
