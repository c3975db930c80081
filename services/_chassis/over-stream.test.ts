import { setTimeout as pause } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { LedgerService, PostJournalStreamResponseSchema } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { randomFreePort } from '../../tools/platform/ports.ts';
import type { Client } from './call.ts';
import { refusalMessage } from './grpc.ts';
import { overStream } from './over-stream.ts';
import { asWorkload } from './testing/clients.ts';
import { sampleService } from './testing/sample.ts';
import { refused, type ServiceUnderTest, startTestService } from './testing/service.ts';
import { continueTrace } from './trace.ts';

type Open = Client<typeof LedgerService>['postJournalStream'];

let held: (() => void)[] = [];
let asked: { correlation: string; traceparent: string; timeoutMs: number }[] = [];

const sample = sampleService(() => ({
  postJournalStream: {
    async answer({ correlation, traceparent, timeoutMs, journals: [one] }) {
      asked.push({ correlation, traceparent, timeoutMs });
      if (one?.journalId === 'jnl_held') await new Promise<void>((resolve) => held.push(resolve));
      return { correlation, result: { case: 'outcomes', value: { outcomes: [{ journalId: one?.journalId ?? '' }] } } };
    },
    refused: (refusal, message) => ({
      correlation: message?.correlation ?? '',
      result: { case: 'refusal', value: refusalMessage(refusal) },
    }),
  },
}));

describe('Requests over a stream', () => {
  let bank: ServiceUnderTest<typeof LedgerService>;

  beforeEach(async () => {
    bank = await startTestService(sample);
    [held, asked] = [[], []];
  });
  afterEach(() => bank.stop());

  const on = (ms = 5_000) => ({ deadline: Date.now() + ms, trace: continueTrace(undefined) });
  const leg = (ledgerAccountId: string) => ({
    ledgerAccountId,
    side: 1 as const,
    amount: { currencyCode: 'EUR', amount: '1.00' },
  });
  const asking = (open: Open = () => bank.as('transaction').postJournalStream()) => {
    const ask = overStream(open);
    return async (journalId: string, how = on()) => {
      const journals = [{ journalId, kind: 1 as const, legs: [leg('lac_1'), leg('lac_2')] }];
      const { result } = await ask({ journals }, how);
      return result.case === 'outcomes' ? result.value.outcomes[0]?.journalId : result.value?.detail?.reason;
    };
  };

  it('get each its own answer, whatever the order, with its trace and its time', async () => {
    const ask = asking();
    const how = on(3_000);
    const slow = ask('jnl_held', how);
    const ids = Array.from({ length: 300 }, (_, index) => `jnl_${index}`);
    expect(await Promise.all(ids.map((id) => ask(id)))).to.deep.equal(ids);
    for (const go of held) go();
    expect(await slow).to.equal('jnl_held');
    expect(asked[0]?.traceparent).to.contain(how.trace.traceId);
    expect(asked[0]?.timeoutMs).to.be.within(1_000, 2_980);
    expect(await ask('bad id')).to.equal('REQUEST_INVALID');
  });

  it('are late when nobody answers in time', async () => {
    const ask = asking();
    await refused(ask('jnl_held', on(300)), 'DEADLINE_PASSED');
    await refused(ask('jnl_1', on(0)), 'DEADLINE_PASSED');
    for (const go of held) go();
    expect(await ask('jnl_2')).to.equal('jnl_2');
  });

  it('are answered before the service stops, refused while it is away, and go over a new stream when it is back', async () => {
    const environment = { LEDGER_PORT: String(await randomFreePort()) };
    const first = await startTestService(sample, { beside: bank, environment });
    const { issuer, identity, address } = first;
    const client = asWorkload({ service: LedgerService, audience: 'ledger', address, issuer, identity }, 'transaction');
    const ask = asking(() => client.postJournalStream());
    const before = ask('jnl_held');
    await pause(200);
    const stopping = first.stop();
    for (const go of held) go();
    expect(await before).to.equal('jnl_held');
    await stopping;
    await refused(ask('jnl_2'), 'SERVICE_UNAVAILABLE');
    const second = await startTestService(sample, { beside: bank, environment });
    await pause(700);
    expect(await ask('jnl_3')).to.equal('jnl_3');
    client.close();
    await second.stop();
  });

  it('that a stream left unanswered when it ended are sent once more, and no more', async () => {
    const sent: string[] = [];
    /** A stream that answers so many messages, and then ends. */
    const lines = [1, 1, 0, 0];
    const ask = asking(async () => {
      let left = lines.shift() ?? 0;
      const arrived: string[] = [];
      let wake: (() => void) | undefined;
      return {
        send: async ({ correlation = '' }) => {
          sent.push(correlation);
          arrived.push(correlation);
          wake?.();
        },
        done: () => undefined,
        answers: (async function* answers() {
          for (; left > 0; left -= 1) {
            while (arrived.length === 0)
              await new Promise<void>((resolve) => {
                wake = resolve;
              });
            const outcomes = { outcomes: [{ journalId: `to ${arrived[0]}` }] };
            yield create(PostJournalStreamResponseSchema, {
              correlation: arrived.shift() ?? '',
              result: { case: 'outcomes', value: outcomes },
            });
          }
          await pause(50);
        })(),
      };
    });
    const both = [ask('jnl_1'), ask('jnl_2')];
    expect(await Promise.all(both)).to.deep.equal(['to 1', 'to 3']);
    expect(sent).to.deep.equal(['1', '2', '3']);
    await pause(100);
    await refused(ask('jnl_3'), 'STREAM_ENDED');
    expect(sent).to.deep.equal(['1', '2', '3', '4', '5']);
  });
});
