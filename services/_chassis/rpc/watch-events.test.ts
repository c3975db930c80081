import { expect } from 'chai';
import { CommandRecordedSchema } from '#gen/bank/type/v1/event_pb.ts';
import type { Database } from '../database.ts';
import { numberEvents } from '../numbering.ts';
import { eventSample } from '../testing/event-sample.ts';
import { eventWriter, openSample } from '../testing/events-on-bus.ts';
import { LEDGER, operationsAs } from '../testing/operations.ts';
import { refused, useService } from '../testing/service.ts';

describe('WatchEvents', () => {
  const bank = useService(eventSample());
  const { service } = LEDGER;
  let database: Database;
  let writer: ReturnType<typeof eventWriter>;

  before('150 events that are heard, and 5 that are not', async () => {
    database = await openSample(bank.database);
    writer = eventWriter(database);
    await writer.write(['acc_1', 'acc_2', 'acc_3'], 50);
    await numberEvents(database);
    await writer.writeUnheard(5);
    await numberEvents(database);
  });
  after(() => database[Symbol.asyncDispose]());

  /** The numbers that come, until there are `count`, and where the stream would go on. */
  async function watch(fromSequence: string, count: number, types: string[] = [], meanwhile = async () => {}) {
    const ending = new AbortController();
    const numbers: number[] = [];
    let next = 0n;
    let began = false;
    const stream = operationsAs(bank).watchEvents({ service, fromSequence, types }, { signal: ending.signal });
    for await (const { events, nextSequence } of stream) {
      numbers.push(...events.map(({ producerSequence }) => Number(producerSequence)));
      next = nextSequence;
      if (!began) await meanwhile();
      began = true;
      if (numbers.length >= count) ending.abort();
    }
    return { numbers, next };
  }

  const upTo = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, index) => first + index);

  it('shows all events from a number on, in order, and where to go on', async () => {
    expect(await watch('11', 145)).to.deep.equal({ numbers: upTo(11, 155), next: 156n });
  });

  it('shows events of some types alone', async () => {
    const { numbers, next } = await watch('1', 150, [CommandRecordedSchema.typeName]);
    expect([numbers, next]).to.deep.equal([upTo(1, 150), 156n]);
    expect(await watch('1', 5, ['bank.ledger.v1.BusinessDateClosed'])).to.deep.equal({
      numbers: upTo(151, 155),
      next: 156n,
    });
  });

  it('shows those that come from now on', async () => {
    const { numbers } = await watch('', 2, [], async () => {
      await writer.write(['acc_9'], 2);
      await numberEvents(database);
    });
    expect(numbers).to.deep.equal([156, 157]);
  });

  it('refuses a number that no event has yet, and whoever only serves customers', async () => {
    const first = async (role: 'BACK_OFFICE' | 'TELLER', fromSequence: string) => {
      for await (const message of operationsAs(bank, role).watchEvents({ service, fromSequence })) return message;
      return undefined;
    };
    await refused(first('BACK_OFFICE', '1000'), 'EVENT_NUMBER_AHEAD');
    await refused(first('TELLER', '1'), 'CALLER_NOT_ALLOWED');
  });
});
