import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { refused, useService } from '#chassis/testing/service.ts';
import { integration } from '../service.ts';

describe('SendReturn', () => {
  const bank = useService(integration);

  it('keeps the return of a payment that came in, once, and of no other', async () => {
    await bank.database.query(
      `insert into inbound_payment (id, message_identification, transaction_identification, end_to_end_identification,
        currency, amount, content, answered) values ('ref1', 'M1', 'T1', 'E1', 'CZK', '5.00', '', true)`,
    );
    const suspenseItemId = newId('spi');
    const request = { suspenseItemId, isoReason: 'AC01', returnDate: '2026-11-28' };
    const client = bank.as('transaction');
    for (const requestId of ['r1', 'r2']) await client.sendReturn({ ...request, requestId, externalReference: 'ref1' });
    const rows = await bank.database.query('select id, message_name from outbound_payment');
    expect(rows).to.deep.equal([{ id: suspenseItemId, message_name: 'pacs.004.001.10' }]);
    const unknown = { ...request, requestId: 'r3', externalReference: 'ref2' };
    await refused(client.sendReturn(unknown), 'PAYMENT_NOT_RECEIVED');
  });
});
