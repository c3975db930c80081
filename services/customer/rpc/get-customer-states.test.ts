import { expect } from 'chai';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { CustomerState } from '#gen/bank/customer/v1/customer_pb.ts';
import { customer } from '../service.ts';
import { anOrganisation, aPerson, unique } from '../testing.ts';

describe('GetCustomerStates', () => {
  const bank = useService(customer);
  const manager = () => bank.asPrincipal(staff('BRANCH_MANAGER'));

  it('tells the account service who may do business, and leaves out whom it does not know', async () => {
    const { customer: jana } = await manager().registerCustomer(aPerson());
    const { customer: bakery } = await manager().registerCustomer(anOrganisation());
    const [person, organisation] = [jana?.customerId ?? '', bakery?.customerId ?? ''];
    await manager().deactivateCustomer({ requestId: unique('end'), customerId: organisation });
    const { standings } = await bank
      .as('account')
      .getCustomerStates({ customerIds: [organisation, 'cus_unknown', person, person, ''] });
    expect(
      standings.map(({ customerId, state, organisation: legal, branchId }) => [customerId, state, legal, branchId]),
    ).to.deep.equal([
      [person, CustomerState.ACTIVE, false, 'brn_praha'],
      [organisation, CustomerState.DEACTIVATED, true, 'brn_brno'],
    ]);
  });

  it('is for workloads, of up to a thousand at a time', async () => {
    await refused(manager().getCustomerStates({ customerIds: ['cus_1'] }), 'CALLER_NOT_ALLOWED');
    await refused(bank.as('ledger').getCustomerStates({ customerIds: ['cus_1'] }), 'CALLER_NOT_ALLOWED');
    await refused(bank.as('account').getCustomerStates({ customerIds: [] }), 'REQUEST_INVALID');
    const ids = (count: number) => Array.from({ length: count }, (_, index) => `cus_${index}`);
    await refused(bank.as('account').getCustomerStates({ customerIds: ids(1001) }), 'REQUEST_INVALID');
    expect((await bank.as('account').getCustomerStates({ customerIds: ids(1000) })).standings).to.deep.equal([]);
    await refused(bank.as('account').getCustomerStates({ customerIds: ['a', 'b\0'] }), 'REQUEST_INVALID');
  });
});
