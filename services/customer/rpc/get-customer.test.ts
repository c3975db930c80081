import { expect } from 'chai';
import { customer as channel, partner, refused, staff, staffAt, useService } from '#chassis/testing/service.ts';
import { customer } from '../service.ts';
import { aPerson } from '../testing.ts';

describe('GetCustomer', () => {
  const bank = useService(customer);
  const teller = () => bank.asPrincipal(staff('TELLER'));

  async function register(): Promise<string> {
    const { customer: registered } = await teller().registerCustomer(aPerson());
    return registered?.customerId ?? '';
  }

  it('reads a customer for themselves and for staff', async () => {
    const customerId = await register();
    const { customer: own } = await bank.asPrincipal(channel(customerId)).getCustomer({ customerId });
    expect(own?.party.value).to.include({ familyName: 'Novotná' });
    const { customer: seen } = await bank.asPrincipal(staff('AUDITOR')).getCustomer({ customerId });
    expect(seen).to.deep.equal(own);
  });

  it('answers a customer who asks for another as if there were no such customer', async () => {
    const [mine, theirs] = [await register(), await register()];
    const me = bank.asPrincipal(channel(mine));
    const foreign = await refused(me.getCustomer({ customerId: theirs }), 'CUSTOMER_NOT_FOUND');
    const unknown = await refused(me.getCustomer({ customerId: 'cus_unknown' }), 'CUSTOMER_NOT_FOUND');
    const { code, message, domain, metadata } = unknown;
    expect(foreign).to.include({ code, message, domain });
    expect(foreign.metadata).to.deep.equal(metadata);
    const staffs = await refused(teller().getCustomer({ customerId: 'cus_unknown' }), 'CUSTOMER_NOT_FOUND');
    expect(staffs).to.include({ code, message, domain });
  });

  it('tells what is not personal of a customer whose key was destroyed', async () => {
    const customerId = await register();
    // Sealed with a key that nobody has: the second of the customer's keys.
    const [row] = await bank.database.query<{ profile: Buffer }>('select profile from customer where id = $1', [
      customerId,
    ]);
    const unreadable = Buffer.from(row?.profile ?? []);
    unreadable[unreadable.indexOf(Buffer.from([0x10, 0x01])) + 1] = 2;
    await bank.database.query('update customer set profile = $2 where id = $1', [customerId, unreadable]);
    const { customer: erased } = await teller().getCustomer({ customerId });
    expect(erased).to.include({ customerId, branchId: 'brn_praha', residenceCountryCode: '' });
    expect(erased?.party.case).to.equal(undefined);
  });

  it('lets nobody else in', async () => {
    const customerId = await register();
    await refused(bank.asPrincipal(undefined).getCustomer({ customerId }), 'TOKEN_MISSING');
    await refused(bank.asPrincipal(partner('par_1')).getCustomer({ customerId }), 'CALLER_NOT_ALLOWED');
    await refused(bank.as('transaction').getCustomer({ customerId }), 'CALLER_NOT_ALLOWED');
    await refused(teller().getCustomer({ customerId: '' }), 'REQUEST_INVALID');
    await refused(teller().getCustomer({ customerId: 'cus_\0' }), 'REQUEST_INVALID');
  });

  it('answers staff of another branch as if there were no such customer', async () => {
    const customerId = await register();
    const at = (...who: Parameters<typeof staffAt>) => bank.asPrincipal(staffAt(...who));
    await at('brn_praha', 'TELLER').getCustomer({ customerId });
    await at('brn_brno', 'TELLER', 'AUDITOR').getCustomer({ customerId });
    for (const role of ['TELLER', 'BRANCH_MANAGER', 'LOAN_OFFICER'] as const) {
      const foreign = await refused(at('brn_brno', role).getCustomer({ customerId }), 'CUSTOMER_NOT_FOUND');
      const unknown = await refused(
        at('brn_brno', role).getCustomer({ customerId: 'cus_unknown' }),
        'CUSTOMER_NOT_FOUND',
      );
      expect(JSON.stringify(foreign)).to.equal(JSON.stringify(unknown));
    }
    const { customer: nobodys } = await teller().registerCustomer(aPerson({ branchId: '' }));
    const order = { customerId: nobodys?.customerId ?? '' };
    await refused(at('brn_praha', 'TELLER').getCustomer(order), 'CUSTOMER_NOT_FOUND');
  });
});
