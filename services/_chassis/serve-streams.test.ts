import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { LedgerService } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { Refusal } from './errors.ts';
import { refusalMessage } from './grpc.ts';
import { asWorkload } from './testing/clients.ts';
import { refuseSample, sampleService } from './testing/sample.ts';
import { refused, type ServiceUnderTest, startTestService } from './testing/service.ts';

const made = { messages: 0, left: 0 };
let held: (() => void)[] = [];

const sample = sampleService(() => ({
  async *watchEntries({ ledgerAccountIds: [what] }, { signal }) {
    try {
      for (let index = 0; what !== 'lac_three' || index < 3; index += 1) {
        if (index === 2 && what === 'lac_refuses') throw refuseSample('NOT_YET');
        if (index === 2 && what === 'lac_fails') throw new Error('the password is hunter2');
        if (index === 1 && what === 'lac_waits')
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
        if (signal.aborted) return;
        made.messages += 1;
        yield { cursor: what === 'lac_long' ? 'x'.repeat(100_000) : `${index}` };
      }
    } finally {
      made.left += 1;
    }
  },
  postJournalStream: {
    async answer({ correlation }) {
      if (correlation.startsWith('held')) await new Promise<void>((resolve) => held.push(resolve));
      if (correlation === 'refused') throw refuseSample('NEVER');
      if (correlation === 'fails') throw new Error('the password is hunter2');
      return { correlation };
    },
    refused: (refusal, message) => ({
      correlation: message?.correlation ?? '',
      result: { case: 'refusal', value: refusalMessage(refusal) },
    }),
  },
}));

const JOURNAL = {
  journalId: 'jnl_1',
  kind: 1,
  legs: ['lac_1', 'lac_2'].map((ledgerAccountId) => ({
    ledgerAccountId,
    side: 1 as const,
    amount: { currencyCode: 'EUR', amount: '1.00' },
  })),
} as const;

describe('A server of streams', () => {
  let bank: ServiceUnderTest<typeof LedgerService>;

  beforeEach(async () => {
    bank = await startTestService(sample);
    Object.assign(made, { messages: 0, left: 0 });
    held = [];
  });
  afterEach(() => bank.stop());

  const watch = (what: string, signal?: AbortSignal) =>
    bank.as('transaction').watchEntries({ ledgerAccountIds: [what] }, signal && { signal });

  function standing() {
    const { address, issuer, identity } = bank;
    return asWorkload({ service: LedgerService, audience: 'ledger', address, issuer, identity }, 'transaction');
  }

  /** Reads a stream to its end: what came, and how it ended. */
  async function read(stream: AsyncIterable<{ cursor: string }>): Promise<string[]> {
    const came: string[] = [];
    try {
      for await (const { cursor } of stream) came.push(cursor);
      return [...came, 'end'];
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return [...came, error.reason];
    }
  }

  for (const [what, comes] of [
    ['lac_three', ['0', '1', '2', 'end']],
    ['lac_refuses', ['0', '1', 'NOT_YET']],
    ['lac_fails', ['0', '1', 'INTERNAL']],
  ] as const) {
    it(`sends what the handler of ${what} makes, and then how it ends`, async () => {
      expect(await read(watch(what))).to.deep.equal(comes);
      expect(made.left).to.equal(1);
    });
  }

  it('makes nothing that a slow reader does not take', async () => {
    const stream = watch('lac_long')[Symbol.asyncIterator]();
    await stream.next();
    // It stands still before half of what there is was made, however long a busy machine takes to fill what lies between.
    let before = -1;
    while (before !== made.messages) {
      before = made.messages;
      expect(before).to.be.below(50);
      await pause(500);
    }
    for (let index = 0; index < 100; index += 1) await stream.next();
    expect(made.messages).to.be.within(101, 101 + before);
    await stream.return?.();
  });

  it('lets the handler end when its reader goes away, by whichever way', async () => {
    const leaving = new AbortController();
    const aborted = read(watch('lac_waits', leaving.signal));
    const returned = watch('lac_waits')[Symbol.asyncIterator]();
    await returned.next();
    await pause(100);
    expect(made.left).to.equal(0);
    leaving.abort();
    await returned.return?.();
    expect(await aborted).to.deep.equal(['0', 'end']);
    await pause(100);
    expect(made.left).to.equal(2);
  });

  it('breaks nothing when its reader has gone before it began to read', async () => {
    const left = new AbortController();
    left.abort();
    expect(await read(watch('lac_three', left.signal))).to.deep.equal(['end']);
    const idle = watch('lac_three')[Symbol.asyncIterator]();
    await idle.return?.();
    await pause(100);
    expect(await read(watch('lac_three'))).to.have.length(4);
  });

  it('ends its streams when it stops: to be opened again', async () => {
    // A client of its own: those of the service under test are closed before it stops, and their streams with them.
    const client = standing();
    const streams = [1, 2].map(() => read(client.watchEntries({ ledgerAccountIds: ['lac_waits'] })));
    await pause(200);
    const started = performance.now();
    const { port } = bank;
    await bank.stop();
    expect(await Promise.all(streams)).to.deep.equal([
      ['0', 'STREAM_ENDED'],
      ['0', 'STREAM_ENDED'],
    ]);
    expect(performance.now() - started).to.be.below(2_000);
    expect(made.left).to.equal(2);
    client.close();
    bank = await startTestService(sample, { environment: { LEDGER_PORT: String(port) } });
    expect(await read(watch('lac_three'))).to.have.length(4);
  });

  it('answers each message of a stream as it is done, and refuses each by itself', async () => {
    const stream = await bank.as('transaction').postJournalStream();
    for (const correlation of ['held', 'refused', 'fails', 'fine'])
      await stream.send({ correlation, journals: [JOURNAL] });
    await stream.send({ correlation: 'empty' });
    const answers = stream.answers[Symbol.asyncIterator]();
    const told = new Map<string, string>();
    for (let index = 0; index < 4; index += 1) {
      const { correlation, result } = (await answers.next()).value!;
      told.set(correlation, result.case === 'refusal' ? `${result.value.detail?.reason}` : 'answered');
    }
    expect(Object.fromEntries(told)).to.deep.equal({
      refused: 'NEVER',
      fails: 'INTERNAL',
      fine: 'answered',
      empty: 'REQUEST_INVALID',
    });
    stream.done();
    for (const go of held) go();
    expect((await answers.next()).value?.correlation).to.equal('held');
    expect((await answers.next()).done).to.equal(true);
  });

  it('answers what it has read before it stops', async () => {
    const client = standing();
    const stream = await client.postJournalStream();
    for (const correlation of ['held 1', 'held 2']) await stream.send({ correlation, journals: [JOURNAL] });
    const answers = stream.answers[Symbol.asyncIterator]();
    while (held.length < 2) await pause(10);
    const stopped = bank.stop();
    await pause(100);
    for (const go of held) go();
    const both = [await answers.next(), await answers.next()].map(({ value }) => value?.correlation);
    expect(both).to.have.members(['held 1', 'held 2']);
    await refused(answers.next(), 'STREAM_ENDED');
    await stopped;
    client.close();
    bank = await startTestService(sample);
  });

  it('survives a caller who goes away in the middle of everything', async () => {
    const stream = await bank.as('transaction').postJournalStream();
    for (let index = 0; index < 300; index += 1)
      void stream.send({ correlation: `held ${index}`, journals: [JOURNAL] });
    await pause(200);
    await stream.answers[Symbol.asyncIterator]().return?.();
    for (const go of held) go();
    await pause(100);
    expect(await read(watch('lac_three'))).to.have.length(4);
  });
});
