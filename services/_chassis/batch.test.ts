import { expect } from 'chai';
import { type BatchState, batcher, type Settled } from './batch.ts';
import { CommitLost } from './database.ts';
import { Code, Refusal, refuseCall } from './errors.ts';

interface Item {
  readonly name: string;
  readonly deadline: number;
}

describe('A batcher', () => {
  const soon = () => Date.now() + 10_000;
  const item = (name: string, deadline = soon()): Item => ({ name, deadline });
  const names = (items: readonly Item[]) => items.map(({ name }) => name).join('');
  const done = (items: readonly Item[]): Settled<string>[] => items.map(({ name }) => ({ value: name.toUpperCase() }));
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  function batches(
    run: (items: readonly Item[], state: BatchState, attempt: number) => Promise<Settled<string>[]>,
    maxItems = 100,
  ) {
    const seen: string[] = [];
    const made = batcher<Item, string>({
      maxItems,
      run: (items, state) => {
        seen.push(names(items));
        return run(items, state, seen.length);
      },
    });
    return { ...made, seen };
  }

  async function reasonOf(work: Promise<unknown>): Promise<string> {
    try {
      await work;
      return 'done';
    } catch (error) {
      return error instanceof Refusal ? error.reason : (error as Error).message;
    }
  }

  it('takes together what arrives together, and what arrives while a batch is in flight', async () => {
    const { submit, seen } = batches(async (items) => {
      await pause(20);
      return done(items);
    });
    const first = Promise.all(['a', 'b'].map((name) => submit(item(name))));
    await pause(10);
    const then = Promise.all(['c', 'd', 'e'].map((name) => submit(item(name))));
    expect(await first).to.deep.equal(['A', 'B']);
    expect(await then).to.deep.equal(['C', 'D', 'E']);
    expect(seen).to.deep.equal(['ab', 'cde']);
  });

  it('takes no more at once than it may', async () => {
    const { submit, seen } = batches(async (items) => done(items), 2);
    await Promise.all('abcde'.split('').map((name) => submit(item(name))));
    expect(seen).to.deep.equal(['ab', 'cd', 'e']);
  });

  it('gives each its own outcome', async () => {
    const { submit } = batches(async (items) =>
      items.map(({ name }) => (name === 'b' ? { error: refuseCall('IN_PROGRESS') } : { value: name })),
    );
    const all = await Promise.all('abc'.split('').map((name) => reasonOf(submit(item(name)))));
    expect(all).to.deep.equal(['done', 'IN_PROGRESS', 'done']);
  });

  it('halves a batch that fails until the culprit stands alone, and only that one fails', async () => {
    const { submit, seen } = batches(async (items) => {
      if (names(items).includes('f')) throw new Error('a constraint');
      return done(items);
    });
    const all = await Promise.all('abcdefgh'.split('').map((name) => reasonOf(submit(item(name)))));
    expect(all).to.deep.equal(['done', 'done', 'done', 'done', 'done', 'a constraint', 'done', 'done']);
    expect(seen).to.deep.equal(['abcdefgh', 'abcd', 'efgh', 'ef', 'e', 'f', 'gh']);
  });

  it('runs again what may pass: lost connections, lost COMMIT replies, serialization failures, collisions', async () => {
    const passing = [
      new CommitLost('lost'),
      new Error('Connection terminated unexpectedly'),
      Object.assign(new Error('deadlock'), { code: '40P01' }),
      Object.assign(new Error('shutting down'), { code: '57P01' }),
      Object.assign(new Error('unique'), { code: '23505' }),
    ];
    const { submit, seen } = batches(async (items, _state, attempt) => {
      const error = passing[attempt - 1];
      if (error) throw error;
      return done(items);
    });
    expect(await Promise.all([submit(item('a')), submit(item('b'))])).to.deep.equal(['A', 'B']);
    expect(seen).to.deep.equal(Array(6).fill('ab'));
  });

  it('gives up on a collision that does not pass', async () => {
    const { submit, seen } = batches(async () => {
      throw Object.assign(new Error('unique'), { code: '23505' });
    });
    expect(await reasonOf(submit(item('a')))).to.equal('unique');
    expect(seen.length).to.be.below(6);
  });

  it('tells nobody anything but to ask again while the outcome is not known', async () => {
    const { submit } = batches(async () => {
      throw new CommitLost('lost');
    });
    const refusal = await submit(item('a', Date.now() + 60)).catch((error: Refusal) => error);
    expect(refusal).to.include({ reason: 'OUTCOME_PENDING', code: Code.UNAVAILABLE });
  });

  it('turns away who is late, or would be, before anything is written', async () => {
    const { submit, seen } = batches(async (items) => {
      await pause(60);
      return done(items);
    });
    expect(await submit(item('a'))).to.equal('A');
    const [late, hurried, calm] = await Promise.all([
      reasonOf(submit(item('b', Date.now() - 1))),
      // Less time than a batch usually takes.
      reasonOf(submit(item('c', Date.now() + 3))),
      reasonOf(submit(item('d'))),
    ]);
    expect([late, hurried, calm]).to.deep.equal(['DEADLINE_PASSED', 'DEADLINE_PASSED', 'done']);
    expect(seen).to.deep.equal(['a', 'd']);
  });

  it('tells a batch when all its callers have gone, so that it can roll back', async () => {
    const states: boolean[] = [];
    const { submit } = batches(async (items, state) => {
      states.push(state.everyoneIsLate());
      await pause(50);
      states.push(state.everyoneIsLate());
      return done(items);
    });
    await Promise.all([submit(item('a', Date.now() + 30)), submit(item('b', Date.now() + 20))]);
    expect(states).to.deep.equal([false, true]);
  });

  it('finishes what is at work when it is drained, and takes nothing new', async () => {
    const { submit, drain } = batches(async (items) => {
      await pause(20);
      return done(items);
    });
    const first = submit(item('a'));
    const drained = drain();
    expect(await reasonOf(submit(item('b')))).to.equal('DRAINING');
    await drained;
    expect(await first).to.equal('A');
  });
});
