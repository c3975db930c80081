import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { eventSample } from '../testing/event-sample.ts';
import { recordsOf } from '../testing/events.ts';
import { LEDGER, operationsAs, parkEvents } from '../testing/operations.ts';
import { refused, useService } from '../testing/service.ts';

describe('ReleaseParkedEvents', () => {
  const bank = useService(eventSample());
  const order = (aggregateId: string) => ({ ...LEDGER, requestId: randomUUID(), aggregateId });
  const released = (aggregateId: string) =>
    bank.database.query<{ released: boolean }>(
      'select released from parked_event where aggregate_id = $1 order by producer_sequence',
      [aggregateId],
    );

  it('lets all of an aggregate be tried again, once, and is recorded', async () => {
    await parkEvents(bank.database, 'acc_1', [3, 7]);
    await parkEvents(bank.database, 'acc_2', [4]);
    const asked = order('acc_1');
    expect((await operationsAs(bank).releaseParkedEvents({ ...asked, validateOnly: true })).releasedCount).to.equal(2);
    expect(await released('acc_1')).to.deep.equal([{ released: false }, { released: false }]);
    expect((await operationsAs(bank).releaseParkedEvents(asked)).releasedCount).to.equal(2);
    expect(await released('acc_1')).to.deep.equal([{ released: true }, { released: true }]);
    expect(await released('acc_2')).to.deep.equal([{ released: false }]);
    await bank.database.query(`update parked_event set released = false where aggregate_id = 'acc_1'`);
    expect((await operationsAs(bank).releaseParkedEvents(asked)).releasedCount).to.equal(2);
    expect(await released('acc_1')).to.deep.equal([{ released: false }, { released: false }]);
    const records = await recordsOf(bank.database, asked.requestId);
    expect(records.map(({ accepted, resourceIds }) => [accepted, resourceIds])).to.deep.equal([[true, ['acc_1']]]);
  });

  it('refuses an aggregate of which nothing is parked, and whoever only reads', async () => {
    await refused(operationsAs(bank).releaseParkedEvents(order('acc_none')), 'PARKED_EVENT_NOT_FOUND');
    await refused(operationsAs(bank, 'AUDITOR').releaseParkedEvents(order('acc_1')), 'CALLER_NOT_ALLOWED');
  });
});
