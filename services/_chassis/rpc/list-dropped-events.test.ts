import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { eventSample } from '../testing/event-sample.ts';
import { LEDGER, operationsApproved, operationsAs, parkEvents } from '../testing/operations.ts';
import { refused, useService } from '../testing/service.ts';

describe('ListDroppedEvents', () => {
  const bank = useService(eventSample());
  const { service } = LEDGER;

  before('two events are dropped', async () => {
    await parkEvents(bank.database, 'acc_1', [3]);
    await parkEvents(bank.database, 'acc_2', [5]);
    for (const producerSequence of ['3', '5']) {
      const requestId = randomUUID();
      await operationsApproved(bank).dropParkedEvent({ ...LEDGER, requestId, producerSequence, note: 'INC-42' });
    }
  });

  it('lists who dropped what, why, and who approved it, page by page', async () => {
    const client = operationsAs(bank, 'AUDITOR');
    const first = await client.listDroppedEvents({ service, pageSize: 1 });
    const shown = first.events.map(({ event, note, actorId, approverId }) => ({
      sequence: event?.producerSequence,
      about: event?.aggregateId,
      reason: event?.reason,
      note,
      actorId,
      approverId,
    }));
    expect(shown).to.deep.equal([
      {
        sequence: 3n,
        about: 'acc_1',
        reason: 'Error: it is poisoned',
        note: 'INC-42',
        actorId: 'stf_back_office',
        approverId: 'stf_checker',
      },
    ]);
    const second = await client.listDroppedEvents({ service, pageSize: 1, pageToken: first.nextPageToken });
    expect(second.events.map(({ event }) => event?.producerSequence)).to.deep.equal([5n]);
    expect(second.nextPageToken).to.equal('');
    await refused(client.listDroppedEvents({ service, pageToken: 'x' }), 'PAGE_TOKEN_INVALID');
  });
});
