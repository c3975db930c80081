import { expect } from 'chai';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { ContactKind } from '#gen/bank/customer/v1/customer_pb.ts';
import { customer } from '../service.ts';
import { anOrganisation, aPerson } from '../testing.ts';

describe('GetContacts', () => {
  const bank = useService(customer);
  const manager = () => bank.asPrincipal(staff('BRANCH_MANAGER'));
  const EMAIL = { kind: ContactKind.EMAIL, value: 'jana@example.com' };
  const PHONE = { kind: ContactKind.PHONE, value: '+420601123456' };

  it('tells the notification service how to reach customers, and leaves out whom it does not know', async () => {
    const { customer: jana } = await manager().registerCustomer(aPerson({ contacts: [PHONE, EMAIL] }));
    const { customer: bakery } = await manager().registerCustomer(anOrganisation({ contacts: [] }));
    const customerIds = [bakery?.customerId ?? '', 'cus_unknown', jana?.customerId ?? '', jana?.customerId ?? '', ''];
    const { customers } = await bank.as('notification').getContacts({ customerIds });
    const told = customers.map(({ customerId, contacts }) => [customerId, contacts.map(({ value }) => value)]);
    expect(told).to.have.deep.members([
      [jana?.customerId, [PHONE.value, EMAIL.value]],
      [bakery?.customerId, []],
    ]);
  });

  it('is for notification alone, of up to a hundred at a time', async () => {
    await refused(manager().getContacts({ customerIds: ['cus_1'] }), 'CALLER_NOT_ALLOWED');
    await refused(bank.as('account').getContacts({ customerIds: ['cus_1'] }), 'CALLER_NOT_ALLOWED');
    await refused(bank.as('notification').getContacts({ customerIds: [] }), 'REQUEST_INVALID');
    const many = Array.from({ length: 101 }, (_, index) => `cus_${index}`);
    await refused(bank.as('notification').getContacts({ customerIds: many }), 'REQUEST_INVALID');
  });
});
