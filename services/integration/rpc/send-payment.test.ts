import { expect } from 'chai';
import { staff, useService } from '#chassis/testing/service.ts';
import { integration } from '../service.ts';
import { aPaymentToSend } from '../testing-schemes.ts';

describe('SendPayment', () => {
  const bank = useService(integration);

  it('keeps a payment once, sealed, until there is a scheme that takes it', async () => {
    const payment = aPaymentToSend();
    await bank.as('transaction').sendPayment(payment);
    await bank.as('transaction').sendPayment(payment);
    const { schemeStatus } = await bank.asPrincipal(staff('BACK_OFFICE')).getSchemeStatus({});
    expect([schemeStatus?.queuedCount, schemeStatus?.unansweredCount]).to.deep.equal([1, 0]);
    const rows = await bank.database.query<{ row: string }>('select o::text as row from outbound_payment o');
    const stored = rows.map(({ row }) => row).join('\n');
    expect(stored).to.not.include(payment.creditorIban).and.not.include(Buffer.from('Mustermann').toString('hex'));
  });
});
