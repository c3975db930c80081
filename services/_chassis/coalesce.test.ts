import { expect } from 'chai';
import { coalesce } from './coalesce.ts';

describe('Coalescing', () => {
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  it('sends together what arrives together or while others travel', async () => {
    const seen: string[] = [];
    const one = coalesce(
      async (items: string[]) => {
        seen.push(items.join(''));
        await pause(10);
        return items.map((item) => item.toUpperCase());
      },
      { maxItems: 3, inFlight: 1 },
    );
    const first = 'ab'.split('').map(one);
    await pause(5);
    const then = 'cdef'.split('').map(one);
    expect(await Promise.all([...first, ...then])).to.deep.equal('ABCDEF'.split(''));
    expect(seen).to.deep.equal(['ab', 'cde', 'f']);
  });

  it('keeps no more batches on the way than it may', async () => {
    let most = 0;
    let now = 0;
    const one = coalesce(
      async (items: number[]) => {
        now += 1;
        most = Math.max(most, now);
        await pause(5);
        now -= 1;
        return items;
      },
      { maxItems: 1, inFlight: 2 },
    );
    await Promise.all([1, 2, 3, 4, 5].map(one));
    expect(most).to.equal(2);
  });

  it('fails those of a batch that failed, and goes on with the next', async () => {
    let fails = true;
    const one = coalesce(
      async (items: string[]) => {
        await pause(5);
        if (fails) throw new Error('no');
        return items;
      },
      { maxItems: 10, inFlight: 1 },
    );
    const first = await Promise.allSettled([one('a'), one('b')]);
    expect(first.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
    fails = false;
    expect(await one('c')).to.equal('c');
  });

  it('fails a batch that is answered with another number of results', async () => {
    const one = coalesce(async () => ['only one'], { maxItems: 10, inFlight: 1 });
    const both = await Promise.allSettled([one('a'), one('b')]);
    expect(both.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
  });
});
