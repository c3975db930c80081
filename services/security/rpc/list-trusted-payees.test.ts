import { expect } from 'chai';
import { useService } from '#chassis/testing/service.ts';
import { security } from '../service.ts';
import { anEnrolledCustomer, aPasskey, asCustomer, provedBy, unique } from '../testing.ts';

describe('ListTrustedPayees', () => {
  const bank = useService(security);

  it('lists one’s own, the newest last', async () => {
    const { customerId } = await anEnrolledCustomer(bank);
    const made = await aPasskey(bank, customerId);
    const one = asCustomer(bank, customerId);
    for (const creditorAccountId of ['acc_petr', 'acc_eva']) {
      const order = { requestId: unique('trust'), creditorAccountId };
      await provedBy(bank, customerId, made, () => one.addTrustedPayee(order));
    }
    const { trustedPayees } = await one.listTrustedPayees({});
    expect(trustedPayees.map(({ creditorAccountId }) => creditorAccountId)).to.deep.equal(['acc_petr', 'acc_eva']);
    expect((await asCustomer(bank, unique('cus_other')).listTrustedPayees({})).trustedPayees).to.deep.equal([]);
  });
});
