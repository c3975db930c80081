import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { Database } from '../database.ts';
import { askedAnew } from '../relay-state.ts';
import { eventSample } from '../testing/event-sample.ts';
import { recordsOf } from '../testing/events.ts';
import {
  eventWriter,
  expectWhole,
  openSample,
  readAll,
  startTestBus,
  type TestBus,
  untilPublished,
} from '../testing/events-on-bus.ts';
import { LEDGER, operationsAs } from '../testing/operations.ts';
import { refused, type ServiceUnderTest, startTestService } from '../testing/service.ts';

describe('RepublishEvents', function () {
  this.timeout(30_000);
  let bus: TestBus;
  let bank: ServiceUnderTest<never>;
  let database: Database;
  before(async function () {
    // The launcher of the tests found no server, and said so.
    if (!process.env['NATS_URL']) this.skip();
    bus = await startTestBus();
    bank = (await startTestService(eventSample(), { environment: { NATS_URL: bus.url } })) as never;
    database = await openSample(bank.database);
  });
  after(async () => {
    await database?.[Symbol.asyncDispose]();
    await bank?.stop();
    await bus?.stop();
  });

  it('puts the stream away and fills it from a number on, and is recorded', async () => {
    await eventWriter(database).write(['acc_1', 'acc_2'], 20);
    await untilPublished(bus.url, 40);
    const asked = { service: LEDGER.service, requestId: randomUUID(), fromSequence: '11' };
    expect((await operationsAs(bank).republishEvents({ ...asked, validateOnly: true })).eventCount).to.equal(30n);
    expect(await askedAnew(database)).to.equal(undefined);
    expect((await operationsAs(bank).republishEvents(asked)).eventCount).to.equal(30n);
    while ((await askedAnew(database)) !== undefined) await new Promise((resolve) => setTimeout(resolve, 50));
    // The record of the command is an event too.
    await untilPublished(bus.url, 41);
    expectWhole(await readAll(bus.url), 41, 11);
    const [record] = await recordsOf(bank.database, asked.requestId);
    expect([record?.accepted, record?.resourceIds]).to.deep.equal([true, ['ledger']]);
  });

  it('refuses a number that no event has yet', async () => {
    const asked = { service: LEDGER.service, requestId: randomUUID(), fromSequence: '1000' };
    await refused(operationsAs(bank).republishEvents(asked), 'EVENT_NUMBER_AHEAD');
  });
});
