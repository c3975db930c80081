import { expect } from 'chai';
import { customer, refused, staff, useService } from '#chassis/testing/service.ts';
import { transaction } from '../service.ts';

describe('ListPayeeConfirmations', () => {
  const bank = useService(transaction);

  it('pages through what the customer had asked, newest first, and is for customers alone', async () => {
    const jana = bank.asPrincipal(customer('cus_jana'));
    for (const name of ['First', 'Second', 'Third']) {
      await jana.confirmPayee({ requestId: name, iban: 'DE89370400440532013000', name });
    }
    const first = await jana.listPayeeConfirmations({ pageSize: 2 });
    const second = await jana.listPayeeConfirmations({ pageSize: 2, pageToken: first.nextPageToken });
    const names = [first, second].map(({ payeeConfirmations }) => payeeConfirmations.map(({ name }) => name));
    expect([names, second.nextPageToken]).to.deep.equal([[['Third', 'Second'], ['First']], '']);
    expect((await bank.asPrincipal(customer('cus_petr')).listPayeeConfirmations({})).payeeConfirmations).to.have.length(
      0,
    );
    await refused(jana.listPayeeConfirmations({ pageToken: 'x' }), 'PAGE_TOKEN_INVALID');
    await refused(bank.asPrincipal(staff('COMPLIANCE')).listPayeeConfirmations({}), 'CALLER_NOT_ALLOWED');
  });
});
