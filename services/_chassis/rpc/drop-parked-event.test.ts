import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { eventSample } from '../testing/event-sample.ts';
import { recordsOf } from '../testing/events.ts';
import { LEDGER, operationsApproved, operationsAs, parkEvents } from '../testing/operations.ts';
import { refused, useService } from '../testing/service.ts';

describe('DropParkedEvent', () => {
  const bank = useService(eventSample());
  const order = (producerSequence: string) => ({ ...LEDGER, requestId: randomUUID(), producerSequence, note: 'INC-7' });
  const parked = (aggregateId: string) =>
    bank.database.query<{ sequence: number; released: boolean }>(
      `select producer_sequence::int as sequence, released from parked_event
       where aggregate_id = $1 order by producer_sequence`,
      [aggregateId],
    );

  it('drops the first of an aggregate as if it had taken effect, lets the others be tried, and is recorded', async () => {
    await parkEvents(bank.database, 'acc_1', [3, 7, 9]);
    const asked = order('3');
    const { event } = await operationsApproved(bank).dropParkedEvent(asked);
    expect([event?.event?.aggregateId, event?.event?.attempts, event?.note]).to.deep.equal(['acc_1', 3, 'INC-7']);
    expect(await parked('acc_1')).to.deep.equal([
      { sequence: 7, released: true },
      { sequence: 9, released: true },
    ]);
    const seen = await bank.database.query('select event_id from inbox where producer_sequence = 3');
    expect(seen).to.deep.equal([{ event_id: event?.event?.eventId }]);
    const [record] = await recordsOf(bank.database, asked.requestId);
    expect([record?.accepted, record?.resourceIds]).to.deep.equal([true, [event?.event?.eventId, 'acc_1']]);
    expect(record?.after?.partyId).to.equal('stf_back_office');
  });

  it('does nothing when it is only tried', async () => {
    await parkEvents(bank.database, 'acc_2', [13]);
    const { event } = await operationsApproved(bank, '').dropParkedEvent({ ...order('13'), validateOnly: true });
    expect(event?.event?.producerSequence).to.equal(13n);
    expect(await parked('acc_2')).to.deep.equal([{ sequence: 13, released: false }]);
  });

  it('refuses one behind another, one that is not there, and what nobody else has approved', async () => {
    await parkEvents(bank.database, 'acc_3', [23, 27]);
    await refused(operationsApproved(bank).dropParkedEvent(order('27')), 'PARKED_EVENT_NOT_FIRST');
    await refused(operationsApproved(bank).dropParkedEvent(order('24')), 'PARKED_EVENT_NOT_FOUND');
    await refused(operationsApproved(bank, '').dropParkedEvent(order('23')), 'CALLER_NOT_ALLOWED');
    await refused(operationsApproved(bank, 'stf_back_office').dropParkedEvent(order('23')), 'CALLER_NOT_ALLOWED');
    await refused(operationsAs(bank).dropParkedEvent(order('23')), 'CALLER_NOT_ALLOWED');
    expect(await parked('acc_3')).to.have.length(2);
  });
});
