import { expect } from 'chai';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { RelationKind } from '#gen/bank/customer/v1/relation_pb.ts';
import { customer } from '../service.ts';
import { anOrganisation, registered, unique } from '../testing.ts';

describe('GrantRepresentation', () => {
  const bank = useService(customer);
  const office = () => bank.asPrincipal(staff('BACK_OFFICE'));
  const executor = (approverId: string) =>
    bank.asPrincipal({ ...staff('BACK_OFFICE'), approverId }, { workload: 'security-executor' });

  it('writes down who may act for whom, when somebody else has approved it', async () => {
    const [jana, petr] = [await registered(office()), await registered(office())];
    const request = (kind: RelationKind) => ({
      requestId: unique('grant'),
      customerId: jana,
      relatedCustomerId: petr,
      kind,
    });
    for (const kind of [RelationKind.GUARDIAN, RelationKind.POWER_OF_ATTORNEY]) {
      const { relation } = await executor('stf_other').grantRepresentation(request(kind));
      expect(relation).to.deep.include({ kind, authorId: 'stf_back_office', approverId: 'stf_other', share: '' });
    }
    await refused(executor('stf_other').grantRepresentation(request(RelationKind.GUARDIAN)), 'RELATION_EXISTS');
    await refused(executor('stf_other').grantRepresentation(request(RelationKind.EMPLOYER)), 'REQUEST_INVALID');
    const { relations } = await office().listRelations({ customerId: petr });
    expect(relations).to.have.length(2);
  });

  it('is not done by one alone', async () => {
    const [jana, petr] = [await registered(office()), await registered(office())];
    const power = { customerId: jana, relatedCustomerId: petr, kind: RelationKind.POWER_OF_ATTORNEY };
    const grant = () => ({ requestId: unique('grant'), ...power });
    await refused(office().grantRepresentation(grant()), 'CALLER_NOT_ALLOWED');
    await refused(executor('').grantRepresentation(grant()), 'CALLER_NOT_ALLOWED');
    await refused(executor('stf_back_office').grantRepresentation(grant()), 'CALLER_NOT_ALLOWED');
    expect((await office().listRelations({ customerId: jana })).relations).to.deep.equal([]);
  });

  it('gives no organisation a guardian', async () => {
    const [bakery, petr] = [await registered(office(), anOrganisation()), await registered(office())];
    const guardian = { customerId: bakery, relatedCustomerId: petr, kind: RelationKind.GUARDIAN };
    const grant = executor('stf_other').grantRepresentation({ requestId: unique('grant'), ...guardian });
    await refused(grant, 'RELATION_NOT_POSSIBLE');
  });
});
