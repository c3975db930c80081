import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, useService } from '#chassis/testing/service.ts';
import { security } from '../service.ts';
import { anEnrolledCustomer, aPasskey, asCustomer, provedBy, unique } from '../testing.ts';

describe('RemoveTrustedPayee', () => {
  const bank = useService(security);

  it('trusts them no longer, at once and without a proof; another’s is found no more than none', async () => {
    const { customerId } = await anEnrolledCustomer(bank);
    const made = await aPasskey(bank, customerId);
    const one = asCustomer(bank, customerId);
    const order = { requestId: unique('trust'), creditorAccountId: 'acc_petr' };
    const { trustedPayee } = await provedBy(bank, customerId, made, () => one.addTrustedPayee(order));
    const trustedPayeeId = trustedPayee?.trustedPayeeId ?? '';
    const remove = (who: typeof one, id = trustedPayeeId) =>
      who.removeTrustedPayee({ requestId: unique('distrust'), trustedPayeeId: id });
    await refused(remove(asCustomer(bank, unique('cus_other'))), 'TRUSTED_PAYEE_NOT_FOUND');
    await refused(remove(one, 'tpy_none'), 'TRUSTED_PAYEE_NOT_FOUND');
    await remove(one);
    expect((await one.listTrustedPayees({})).trustedPayees).to.deep.equal([]);
    await refused(remove(one), 'TRUSTED_PAYEE_NOT_FOUND');
    const events = await eventsOf(bank.database, trustedPayeeId);
    expect(events).to.deep.equal(['TrustedPayeeAdded 1', 'TrustedPayeeRemoved 2']);
  });
});
