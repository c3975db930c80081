import { setTimeout as sleep } from 'node:timers/promises';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import type { GetEventFlowResponse } from '#gen/bank/operations/v1/operations_service_pb.ts';
import { Workload } from '#gen/bank/options/v1/options_pb.ts';
import type { Database } from '../database.ts';
import { refuseCall } from '../errors.ts';
import { eventSample } from '../testing/event-sample.ts';
import { eventWriter, openSample, startTestBus, type TestBus, untilPublished } from '../testing/events-on-bus.ts';
import { LEDGER, operationsAs, parkEvents } from '../testing/operations.ts';
import { type ServiceUnderTest, startTestService } from '../testing/service.ts';

describe('GetEventFlow', function () {
  this.timeout(30_000);
  let bus: TestBus;
  let bank: ServiceUnderTest<never>;
  let database: Database;
  let writer: ReturnType<typeof eventWriter>;
  let away = false;
  const sample = eventSample(undefined, async () => {
    if (away) throw refuseCall('SERVICE_UNAVAILABLE');
  });
  before(async function () {
    // The launcher of the tests found no server, and said so.
    if (!process.env['NATS_URL']) this.skip();
    bus = await startTestBus();
    bank = (await startTestService(sample, { environment: { NATS_URL: bus.url } })) as never;
    database = await openSample(bank.database);
    writer = eventWriter(database);
  });
  after(async () => {
    await database?.[Symbol.asyncDispose]();
    await bank?.stop();
    await bus?.stop();
  });

  const flow = () => operationsAs(bank, 'AUDITOR').getEventFlow({ service: LEDGER.service });

  /** The flow, once it is as it is wanted. */
  async function until(isSo: (flow: GetEventFlowResponse) => boolean): Promise<GetEventFlowResponse> {
    for (let tries = 0; tries < 200; tries += 1) {
      const found = await flow();
      if (isSo(found)) return found;
      await sleep(50);
    }
    throw new Error(
      `the flow stays ${JSON.stringify(await flow(), (_, one) => (typeof one === 'bigint' ? String(one) : one))}`,
    );
  }

  it('says that nothing waits when all is published and heard', async () => {
    await writer.write(['acc_1', 'acc_2', 'acc_3'], 10);
    await untilPublished(bus.url, 30);
    const found = await until(
      ({ unpublishedCount, consumed }) => unpublishedCount === 0n && consumed[0]?.lagEvents === 0n,
    );
    expect([found.lastSequence, found.publishedSequence, found.oldestUnpublishedTime]).to.deep.equal([
      30n,
      30n,
      undefined,
    ]);
    expect(
      Date.now() -
        timestampMs(found.relaySeenTime ?? { seconds: 0n, nanos: 0, $typeName: 'google.protobuf.Timestamp' }),
    ).to.be.below(5_000);
    const [ledger] = found.consumed;
    expect([ledger?.producer, ledger?.lagMilliseconds, ledger?.parkedCount]).to.deep.equal([Workload.LEDGER, 0n, 0n]);
  });

  it('says how many events of a producer wait, how old the oldest of them is, and how many are parked', async () => {
    away = true;
    const written = Date.now();
    await writer.write(['acc_1', 'acc_2', 'acc_3'], 4);
    await parkEvents(bank.database, 'acc_4', [1_000_001, 1_000_002]);
    await sleep(500);
    const { consumed } = await until((found) => found.consumed[0]?.lagEvents === 12n);
    expect(Number(consumed[0]?.lagMilliseconds)).to.be.within(400, Date.now() - written + 100);
    expect(consumed[0]?.parkedCount).to.equal(2n);
    away = false;
    await until((found) => found.consumed[0]?.lagEvents === 0n);
  });

  it('says what waits to be published while the bus is away, and of lag nothing', async () => {
    const { publishedSequence } = await until(({ unpublishedCount }) => unpublishedCount === 0n);
    await bus.kill({ down: true });
    const written = Date.now();
    await writer.write(['acc_1'], 5);
    const found = await until(({ consumed }) => consumed[0]?.lagEvents === undefined);
    expect([found.publishedSequence, found.unpublishedCount]).to.deep.equal([publishedSequence, 5n]);
    expect(found.oldestUnpublishedTime && timestampMs(found.oldestUnpublishedTime)).to.be.within(
      written - 1,
      Date.now(),
    );
    await bus.kill();
    await until(({ unpublishedCount }) => unpublishedCount === 0n);
  });
});
