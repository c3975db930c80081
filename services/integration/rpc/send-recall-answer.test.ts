import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { refused, useService } from '#chassis/testing/service.ts';
import { integration } from '../service.ts';

describe('SendRecallAnswer', () => {
  const bank = useService(integration);

  it('keeps the answer, and with it the money once; of no recall that did not come in', async () => {
    await bank.database.query(
      `insert into inbound_payment (id, message_identification, transaction_identification, end_to_end_identification,
        currency, amount, content, state, answered) values ('ref1', 'M1', 'T1', 'E1', 'CZK', '5.00', '', 'accepted', true)`,
    );
    for (const id of ['call1', 'call2']) {
      await bank.database.query(
        `insert into inbound_recall (id, assignment_identification, cancellation_identification,
          original_message_identification, original_transaction_identification, inbound_payment_id, agent, iso_reason, state)
        values ($1, 'C1', 'C1', 'M1', 'T1', 'ref1', 'SIMUCZPP', 'DUPL', 'asked')`,
        [id],
      );
    }
    const client = bank.as('transaction');
    const [given, keeping] = [newId('rcl'), newId('rcl')];
    const accepted = { externalReference: 'call1', receivedRecallId: given, accepted: true, returnDate: '2026-11-28' };
    for (const requestId of ['r1', 'r2']) await client.sendRecallAnswer({ ...accepted, requestId });
    const kept = { externalReference: 'call2', receivedRecallId: keeping, accepted: false, isoReason: 'CUST' };
    await client.sendRecallAnswer({ ...kept, requestId: 'r3' });
    const sent = await bank.database.query('select id, message_name from outbound_payment');
    expect(sent).to.deep.equal([{ id: given, message_name: 'pacs.004.001.10' }]);
    const answers = await bank.database.query('select state, answer_reason from inbound_recall order by id');
    expect(answers).to.deep.equal([
      { state: 'accepted', answer_reason: '' },
      { state: 'refused', answer_reason: 'CUST' },
    ]);
    const unknown = { ...kept, requestId: 'r4', externalReference: 'call3' };
    await refused(client.sendRecallAnswer(unknown), 'RECALL_NOT_RECEIVED');
  });
});
