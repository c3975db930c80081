import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { CustomerState } from '#gen/bank/customer/v1/customer_pb.ts';
import type { RegistrationOutcome } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { customer } from '../service.ts';
import { anOrganisation, aPerson } from '../testing.ts';

describe('BatchRegisterCustomers', () => {
  const bank = useService(customer);
  const backOffice = () => bank.asPrincipal(staff('BACK_OFFICE'));
  const reasons = (outcomes: readonly RegistrationOutcome[]) =>
    outcomes.map(({ refusal, customer: registered }) => refusal?.detail?.reason ?? registered?.state);

  it('registers each as a call of its own, and refuses one without the others', async () => {
    const first = aPerson();
    const known = aPerson();
    await backOffice().registerCustomer(known);
    const taken = aPerson({ identifiers: known.identifiers ?? [] });
    const customers = [first, anOrganisation(), taken, aPerson({ residenceCountryCode: 'XX' })];
    const { outcomes } = await backOffice().batchRegisterCustomers({ customers });
    const { ACTIVE } = CustomerState;
    expect(reasons(outcomes)).to.deep.equal([ACTIVE, ACTIVE, 'IDENTIFIER_TAKEN', 'COUNTRY_UNKNOWN']);
    for (const { customer: registered } of outcomes.slice(0, 2)) {
      const customerId = registered?.customerId ?? '';
      expect(await eventsOf(bank.database, customerId)).to.deep.equal(['CustomerRegistered 1']);
      expect((await backOffice().getCustomer({ customerId })).customer).to.deep.equal(registered);
    }
    // The keys are those of RegisterCustomer: what one of them did, the other answers.
    expect((await backOffice().registerCustomer(first)).customer).to.deep.equal(outcomes[0]?.customer);
    expect((await backOffice().batchRegisterCustomers({ customers })).outcomes).to.deep.equal(outcomes);
  });

  it('registers once what stands in a call twice, and refuses a key with other content', async () => {
    const one = aPerson();
    const customers = [one, one, { ...one, branchId: 'brn_brno' }];
    const { outcomes } = await backOffice().batchRegisterCustomers({ customers });
    expect(outcomes[1]).to.deep.equal(outcomes[0]);
    expect(reasons(outcomes)).to.deep.equal([CustomerState.ACTIVE, CustomerState.ACTIVE, 'REQUEST_EXISTS']);
  });

  it('tells what would happen, without it happening', async () => {
    const customers = [aPerson(), aPerson()];
    const before = await bank.database.query('select id from customer');
    const { outcomes } = await backOffice().batchRegisterCustomers({ customers, validateOnly: true });
    expect(reasons(outcomes)).to.deep.equal([CustomerState.ACTIVE, CustomerState.ACTIVE]);
    expect(await bank.database.query('select id from customer')).to.deep.equal(before);
  });

  it('is for back office alone, and for 500 at most', async () => {
    await refused(
      bank.asPrincipal(staff('TELLER')).batchRegisterCustomers({ customers: [aPerson()] }),
      'CALLER_NOT_ALLOWED',
    );
    const many = Array.from({ length: 501 }, () => aPerson());
    await refused(backOffice().batchRegisterCustomers({ customers: many }), 'REQUEST_INVALID');
  });
});
