import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { customer as channel, refused, staff, useService } from '#chassis/testing/service.ts';
import { CustomerState, IdentifierKind } from '#gen/bank/customer/v1/customer_pb.ts';
import { customer } from '../service.ts';
import { aPerson, dump, unique } from '../testing.ts';

describe('DeactivateCustomer', () => {
  const bank = useService(customer);
  const manager = () => bank.asPrincipal(staff('BRANCH_MANAGER'));

  async function register(application = aPerson()): Promise<string> {
    const { customer: registered } = await manager().registerCustomer(application);
    return registered?.customerId ?? '';
  }

  it('ends the relationship and says so once', async () => {
    const customerId = await register();
    const end = { requestId: unique('end'), customerId };
    const first = await manager().deactivateCustomer(end);
    expect(first.customer?.state).to.equal(CustomerState.DEACTIVATED);
    expect(first.customer?.etag).to.equal('2');
    expect(first.customer?.party.value).to.include({ familyName: 'Novotná' });
    expect(await manager().deactivateCustomer(end)).to.deep.equal(first);
    expect(await eventsOf(bank.database, customerId)).to.deep.equal(['CustomerRegistered 1', 'CustomerDeactivated 2']);
    expect((await manager().getCustomer({ customerId })).customer).to.deep.equal(first.customer);
  });

  it('frees the identifiers for others, and still finds the customer by them', async () => {
    const value = unique('PAS');
    const identifiers = [{ kind: IdentifierKind.PASSPORT, value, countryCode: 'CZ' }];
    const first = await register(aPerson({ identifiers }));
    await refused(manager().registerCustomer(aPerson({ identifiers })), 'IDENTIFIER_TAKEN');
    await manager().deactivateCustomer({ requestId: unique('end'), customerId: first });
    const second = await register(aPerson({ identifiers }));
    await refused(manager().registerCustomer(aPerson({ identifiers })), 'IDENTIFIER_TAKEN');
    const { customers } = await manager().listCustomers({ identifier: value });
    expect(customers.map(({ customerId }) => customerId)).to.deep.equal([second, first]);
  });

  it('changes nothing when it is only tried', async () => {
    const customerId = await register();
    const before = await dump(bank.database);
    const end = { requestId: unique('end'), customerId, validateOnly: true };
    const { customer: tried } = await manager().deactivateCustomer(end);
    expect(tried?.state).to.equal(CustomerState.DEACTIVATED);
    expect(await dump(bank.database)).to.equal(before);
  });

  it('refuses a customer who is not there, or no longer one', async () => {
    const end = (customerId: string) => manager().deactivateCustomer({ requestId: unique('end'), customerId });
    await refused(end('cus_unknown'), 'CUSTOMER_NOT_FOUND');
    const customerId = await register();
    await end(customerId);
    await refused(end(customerId), 'CUSTOMER_DEACTIVATED');
  });

  it('is for those of the staff who may', async () => {
    const customerId = await register();
    const end = { requestId: unique('end'), customerId };
    await refused(bank.asPrincipal(channel(customerId)).deactivateCustomer(end), 'CALLER_NOT_ALLOWED');
    await refused(bank.asPrincipal(staff('TELLER')).deactivateCustomer(end), 'CALLER_NOT_ALLOWED');
  });
});
