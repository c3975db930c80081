import { expect } from 'chai';
import { refused, useService } from '#chassis/testing/service.ts';
import { integration } from '../service.ts';
import { aPaymentToSend } from '../testing-schemes.ts';

describe('SendRecall', () => {
  const bank = useService(integration);

  const kept = async () =>
    (
      await bank.database.query<{ row: string }>(
        `select message_name || ' ' || state as row from outbound_payment order by create_time, id`,
      )
    ).map(({ row }) => row);

  it('sends a payment no more that never was; one that was is asked back, once', async () => {
    const client = bank.as('transaction');
    const [waiting, sent] = [aPaymentToSend(), aPaymentToSend()];
    for (const payment of [waiting, sent]) await client.sendPayment(payment);
    await bank.database.query(`update outbound_payment set state = 'sent', attempts = 1 where id = $1`, [
      sent.paymentOrderId,
    ]);
    for (const { paymentOrderId } of [waiting, sent]) {
      for (const requestId of [`1/${paymentOrderId}`, `2/${paymentOrderId}`]) {
        await client.sendRecall({ requestId, paymentOrderId, isoReason: 'DUPL' });
      }
    }
    expect(await kept()).to.have.members([
      'pacs.008.001.09 withdrawn',
      'pacs.008.001.09 sent',
      'camt.056.001.10 queued',
    ]);
    const unknown = { requestId: 'r3', paymentOrderId: 'pmo_x', isoReason: 'DUPL' };
    await refused(client.sendRecall(unknown), 'PAYMENT_NOT_SENT');
  });
});
