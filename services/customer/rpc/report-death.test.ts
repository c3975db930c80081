import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import { CustomerState } from '#gen/bank/customer/v1/customer_pb.ts';
import { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { RelationKind } from '#gen/bank/customer/v1/relation_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { aRequestId, registerOrganisation, registerPerson } from '../../_testbed/opening.ts';

describe('ReportDeath', () => {
  const bank = useBank({ edge: false, services: ['customer'] });
  const client = () => bank().asPrincipal(CustomerService, staff('BACK_OFFICE'));
  const report = (customerId: string, deathDate = '2026-01-31') =>
    client().reportDeath({ requestId: aRequestId('death'), customerId, deathDate, evidenceReference: 'UL-2026/17' });

  it('ends who acted for them and for whom they acted, and tells of it', async () => {
    const [dead, attorney, ward] = await Promise.all([1, 2, 3].map(() => registerPerson(bank())));
    const approved = { ...staff('BACK_OFFICE'), approverId: 'stf_checker' };
    const granting = bank().asPrincipal(CustomerService, approved, { workload: 'security-executor' });
    const relation = (customerId = '', relatedCustomerId = '', kind: RelationKind = RelationKind.POWER_OF_ATTORNEY) =>
      granting.grantRepresentation({ requestId: aRequestId('relation'), customerId, relatedCustomerId, kind });
    await relation(dead, attorney);
    await relation(ward, dead);
    const { customer } = await report(dead ?? '');
    expect(customer?.state).to.equal(CustomerState.DEACTIVATED);
    for (const customerId of [attorney, ward]) {
      const { relations } = await client().listRelations({ customerId: customerId ?? '' });
      expect(relations.map(({ endTime }) => endTime !== undefined)).to.deep.equal([true]);
    }
    expect((await eventsOf(bank().database('customer'), dead ?? '')).at(-1)).to.match(/^CustomerDeactivated/);
    await refused(report(dead ?? ''), 'CUSTOMER_DEACTIVATED');
  });

  it('refuses an organisation, a day of the future, and who is none', async () => {
    await refused(report(await registerOrganisation(bank())), 'PERSON_REQUIRED');
    const person = await registerPerson(bank());
    await refused(report(person, '2999-01-01'), 'DATE_INVALID');
    await refused(report(person, '2026-02-30'), 'REQUEST_INVALID');
    await refused(report('cus_unknown'), 'CUSTOMER_NOT_FOUND');
  });
});
