import { expect } from 'chai';
import { customer as channel, refused, staff, staffAt, useService } from '#chassis/testing/service.ts';
import { type Relation, RelationKind } from '#gen/bank/customer/v1/relation_pb.ts';
import { customer } from '../service.ts';
import { registered, unique } from '../testing.ts';

describe('ListRelations', () => {
  const bank = useService(customer);
  const office = () => bank.asPrincipal(staff('BACK_OFFICE'));

  async function employ(customerId: string, relatedCustomerId: string): Promise<string> {
    const employer = { customerId, relatedCustomerId, kind: RelationKind.EMPLOYER, remark: 'Seen the contract' };
    const { relation } = await office().createRelation({ requestId: unique('relate'), ...employer });
    return relation?.relationId ?? '';
  }

  it('lists what somebody is to others and others to them, newest first, page by page', async () => {
    const [jana, petr, eva] = [await registered(office()), await registered(office()), await registered(office())];
    const [first, second, third] = [await employ(jana, petr), await employ(eva, jana), await employ(eva, petr)];
    const ids = async (customerId: string) =>
      (await office().listRelations({ customerId })).relations.map(({ relationId }) => relationId);
    expect(await ids(jana)).to.deep.equal([second, first]);
    expect(await ids(petr)).to.deep.equal([third, first]);
    const paged: Relation[] = [];
    let pageToken = '';
    do {
      const page = await office().listRelations({ customerId: eva, pageSize: 1, pageToken });
      paged.push(...page.relations);
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(paged.map(({ relationId }) => relationId)).to.deep.equal([third, second]);
    await refused(office().listRelations({ customerId: eva, pageToken: 'x' }), 'PAGE_TOKEN_INVALID');
  });

  it('shows customers their own, without who of the staff wrote them and why', async () => {
    const [jana, petr] = [await registered(office()), await registered(office())];
    const relationId = await employ(jana, petr);
    for (const customerId of [jana, petr]) {
      const { relations } = await bank.asPrincipal(channel(customerId)).listRelations({ customerId });
      expect(relations).to.have.length(1);
      expect(relations[0]).to.deep.include({ relationId, authorId: '', remark: '' });
    }
    const { relations } = await office().listRelations({ customerId: jana });
    expect(relations[0]).to.deep.include({ authorId: 'stf_back_office', remark: 'Seen the contract' });
    await refused(bank.asPrincipal(channel(petr)).listRelations({ customerId: jana }), 'CUSTOMER_NOT_FOUND');
    const brno = bank.asPrincipal(staffAt('brn_brno', 'TELLER'));
    await refused(brno.listRelations({ customerId: jana }), 'CUSTOMER_NOT_FOUND');
    await refused(office().listRelations({ customerId: 'cus_unknown' }), 'CUSTOMER_NOT_FOUND');
  });
});
