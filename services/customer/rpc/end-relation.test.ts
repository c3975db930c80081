import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, staff, staffAt, useService } from '#chassis/testing/service.ts';
import { RelationKind } from '#gen/bank/customer/v1/relation_pb.ts';
import { customer } from '../service.ts';
import { registered, unique } from '../testing.ts';

describe('EndRelation', () => {
  const bank = useService(customer);
  const office = () => bank.asPrincipal(staff('BACK_OFFICE'));
  let jana: string;
  let petr: string;

  async function employ(): Promise<string> {
    [jana, petr] = [await registered(office()), await registered(office())];
    const employer = { customerId: jana, relatedCustomerId: petr, kind: RelationKind.EMPLOYER };
    const { relation } = await office().createRelation({ requestId: unique('relate'), ...employer });
    return relation?.relationId ?? '';
  }

  const end = (relationId: string, validUntil = '', customerId = jana) =>
    office().endRelation({ requestId: unique('end'), customerId, relationId, validUntil, remark: 'They left' });

  it('ends it on a later day, then earlier, then today, and not again', async () => {
    const relationId = await employ();
    for (const day of ['2090-06-01', '2090-01-01']) {
      expect((await end(relationId, day)).relation).to.include({ validUntil: day, endRemark: 'They left' });
    }
    await refused(end(relationId, '2090-01-01'), 'DATE_INVALID');
    await refused(end(relationId, '2020-01-01'), 'DATE_INVALID');
    const { relation } = await end(relationId, '', petr);
    expect(relation?.validUntil).to.equal(relation?.validFrom);
    expect(relation).to.deep.include({ endAuthorId: 'stf_back_office' });
    await refused(end(relationId), 'RELATION_ENDED');
    expect(await eventsOf(bank.database, relationId)).to.deep.equal([
      'RelationCreated 1',
      'RelationEnded 2',
      'RelationEnded 3',
      'RelationEnded 4',
    ]);
    // What has ended is not in the way of another.
    const employer = { customerId: jana, relatedCustomerId: petr, kind: RelationKind.EMPLOYER };
    await office().createRelation({ requestId: unique('relate'), ...employer });
  });

  it('ends what is between those who are no longer customers', async () => {
    const relationId = await employ();
    await office().deactivateCustomer({ requestId: unique('end'), customerId: petr });
    expect((await end(relationId)).relation?.validUntil).not.to.equal('');
  });

  it('knows a relation by its customers alone', async () => {
    const relationId = await employ();
    const stranger = await registered(office());
    await refused(end(relationId, '', stranger), 'RELATION_NOT_FOUND');
    await refused(end('rel_unknown'), 'RELATION_NOT_FOUND');
    await refused(end(relationId, '', 'cus_unknown'), 'CUSTOMER_NOT_FOUND');
    const brno = bank.asPrincipal(staffAt('brn_brno', 'BRANCH_MANAGER'));
    await refused(brno.endRelation({ requestId: unique('end'), customerId: jana, relationId }), 'CUSTOMER_NOT_FOUND');
    await refused(
      bank.asPrincipal(staff('TELLER')).endRelation({ requestId: unique('end'), customerId: jana, relationId }),
      'CALLER_NOT_ALLOWED',
    );
  });
});
