import { expect } from 'chai';
import { customer, refused, useService } from '#chassis/testing/service.ts';
import { transaction } from '../service.ts';
import { noted } from '../testing-payees.ts';

describe('RemovePayee', () => {
  const bank = useService(transaction);

  it('removes a payee of the customer at once, and nobody else’s', async () => {
    const jana = bank.asPrincipal(customer('cus_jana'));
    const asked = { requestId: 'asked', iban: 'DE89370400440532013000', name: 'Erika Mustermann' };
    const { payeeConfirmation } = await jana.confirmPayee(asked);
    const payeeId = await noted(bank.database, 'cus_jana', payeeConfirmation?.payeeConfirmationId ?? '');
    const petr = bank.asPrincipal(customer('cus_petr'));
    await refused(petr.removePayee({ requestId: 'his', payeeId }), 'PAYEE_NOT_FOUND');
    await jana.removePayee({ requestId: 'tried', payeeId, validateOnly: true });
    await jana.removePayee({ requestId: 'done', payeeId });
    await jana.removePayee({ requestId: 'done', payeeId });
    await refused(jana.removePayee({ requestId: 'again', payeeId }), 'PAYEE_NOT_FOUND');
    expect(await bank.database.query('select from payee')).to.have.length(0);
  });
});
