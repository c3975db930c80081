import { expect } from 'chai';
import { Workload } from '#gen/bank/options/v1/options_pb.ts';
import { eventSample } from '../testing/event-sample.ts';
import { LEDGER, operationsAs, parkEvents } from '../testing/operations.ts';
import { refused, useService } from '../testing/service.ts';

describe('ListParkedEvents', () => {
  const bank = useService(eventSample());
  const { service } = LEDGER;

  before('events of two producers are parked', async () => {
    await parkEvents(bank.database, 'acc_1', [3, 7]);
    await parkEvents(bank.database, 'cus_1', [5], 'customer');
  });

  it('lists what is parked with why, since when and how often it was tried, by producer and number', async () => {
    const { events } = await operationsAs(bank, 'AUDITOR').listParkedEvents({ service });
    const shown = events.map((one) => [one.producer, one.producerSequence, one.aggregateId, one.reason, one.attempts]);
    expect(shown).to.deep.equal([
      [Workload.CUSTOMER, 5n, 'cus_1', 'Error: it is poisoned', 3],
      [Workload.LEDGER, 3n, 'acc_1', 'Error: it is poisoned', 3],
      [Workload.LEDGER, 7n, 'acc_1', '', 0],
    ]);
    expect(Math.abs(Number(events[0]?.parkTime?.seconds) - Date.now() / 1_000)).to.be.below(60);
  });

  it('lists one producer alone, page by page', async () => {
    const client = operationsAs(bank);
    const first = await client.listParkedEvents({ ...LEDGER, pageSize: 1 });
    expect(first.events.map(({ producerSequence }) => producerSequence)).to.deep.equal([3n]);
    const second = await client.listParkedEvents({ ...LEDGER, pageSize: 1, pageToken: first.nextPageToken });
    expect(second.events.map(({ producerSequence }) => producerSequence)).to.deep.equal([7n]);
    expect(second.nextPageToken).to.equal('');
    const other = { service, producer: Workload.CUSTOMER, pageToken: first.nextPageToken };
    await refused(client.listParkedEvents(other), 'PAGE_TOKEN_INVALID');
  });

  it('answers for its own service alone', async () => {
    await refused(operationsAs(bank).listParkedEvents({ service: Workload.ACCOUNT }), 'SERVICE_UNKNOWN');
    await refused(operationsAs(bank).listParkedEvents({}), 'REQUEST_INVALID');
  });
});
