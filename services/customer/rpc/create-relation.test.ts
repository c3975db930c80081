import type { MessageInitShape } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { eventsOf, recordsOf } from '#chassis/testing/events.ts';
import { customer as channel, refused, staff, staffAt, useService } from '#chassis/testing/service.ts';
import type { CreateRelationRequestSchema } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { RelationKind } from '#gen/bank/customer/v1/relation_pb.ts';
import { customer } from '../service.ts';
import { anOrganisation, aPerson, dump, legible, registered, unique } from '../testing.ts';

type Changes = Exclude<MessageInitShape<typeof CreateRelationRequestSchema>, { $typeName: string }>;

describe('CreateRelation', () => {
  const bank = useService(customer);
  const office = () => bank.asPrincipal(staff('BACK_OFFICE'));
  const today = () => Temporal.Now.plainDateISO('Europe/Prague').toString();
  let bakery: string;
  let jana: string;
  let petr: string;

  beforeEach(async () => {
    bakery = await registered(office(), anOrganisation());
    [jana, petr] = [await registered(office()), await registered(office())];
  });

  const owns = (relatedCustomerId: string, share: string, changes: Changes = {}) => ({
    requestId: unique('relate'),
    customerId: bakery,
    relatedCustomerId,
    kind: RelationKind.BENEFICIAL_OWNER,
    share,
    ...changes,
  });

  it('writes down who owns how much of an organisation, once, and says so', async () => {
    const request = owns(jana, '33.5', { remark: 'Kanárek saw the register' });
    const { relation } = await office().createRelation(request);
    expect(relation?.relationId).to.match(/^rel_/);
    expect(relation).to.deep.include({
      kind: RelationKind.BENEFICIAL_OWNER,
      customerId: bakery,
      relatedCustomerId: jana,
      share: '33.50',
      validFrom: today(),
      validUntil: '',
      authorId: 'stf_back_office',
      approverId: '',
      remark: 'Kanárek saw the register',
    });
    expect((await office().createRelation(request)).relation).to.deep.equal(relation);
    expect(await eventsOf(bank.database, relation?.relationId ?? '')).to.deep.equal(['RelationCreated 1']);
    const [record] = await recordsOf(bank.database, request.requestId);
    expect(record?.resourceIds).to.deep.equal([relation?.relationId, bakery, jana]);
    expect(legible(await dump(bank.database), ['Kanárek'])).to.deep.equal([]);
    await office().createRelation({ ...owns(petr, ''), customerId: jana, kind: RelationKind.EMPLOYER });
  });

  it('lets no more than all be owned on any day, also by those who ask at the same time', async () => {
    await office().createRelation(owns(jana, '60', { validUntil: '2090-01-01' }));
    const maria = await registered(office());
    await refused(office().createRelation(owns(petr, '40.01')), 'SHARE_EXCEEDED');
    await office().createRelation(owns(petr, '100', { validFrom: '2090-01-01', validUntil: '2091-01-01' }));
    const both = [petr, maria].map((who) => office().createRelation(owns(who, '30', { validUntil: '2089-01-01' })));
    const answers = await Promise.allSettled(both);
    expect(answers.map(({ status }) => status).toSorted()).to.deep.equal(['fulfilled', 'rejected']);
  });

  it('lets two have one relation of a kind at a time', async () => {
    const employed = { ...owns(petr, ''), customerId: jana, kind: RelationKind.EMPLOYER, validUntil: '2090-01-01' };
    await office().createRelation(employed);
    const again = (changes: Changes) => office().createRelation({ ...employed, requestId: unique('re'), ...changes });
    await refused(again({}), 'RELATION_EXISTS');
    await refused(again({ validFrom: '2089-12-31', validUntil: '' }), 'RELATION_EXISTS');
    await again({ validFrom: '2090-01-01', validUntil: '' });
    await again({ customerId: petr, relatedCustomerId: jana });
  });

  it('refuses what cannot be', async () => {
    const create = (changes: Changes) => office().createRelation(owns(jana, '10', changes));
    await refused(create({ relatedCustomerId: 'cus_unknown' }), 'CUSTOMER_NOT_FOUND');
    await refused(create({ relatedCustomerId: bakery }), 'RELATION_NOT_POSSIBLE');
    await refused(create({ customerId: petr }), 'RELATION_NOT_POSSIBLE');
    await refused(create({ kind: RelationKind.EMPLOYER, share: '' }), 'RELATION_NOT_POSSIBLE');
    await refused(create({ kind: RelationKind.EMPLOYER }), 'REQUEST_INVALID');
    for (const share of ['', '0', '0.00', '100.01', '1.234']) await refused(create({ share }), 'REQUEST_INVALID');
    await refused(create({ kind: RelationKind.GUARDIAN }), 'REQUEST_INVALID');
    await refused(create({ validFrom: '2026-02-30' }), 'REQUEST_INVALID');
    await refused(create({ validFrom: '2090-01-01', validUntil: '2090-01-01' }), 'DATE_INVALID');
    await office().deactivateCustomer({ requestId: unique('end'), customerId: jana });
    await refused(create({}), 'CUSTOMER_DEACTIVATED');
  });

  it('changes nothing when it is only tried', async () => {
    const before = await dump(bank.database);
    await office().createRelation(owns(jana, '10', { validateOnly: true, remark: 'only tried' }));
    expect(await dump(bank.database)).to.equal(before);
  });

  it('is for staff; those who are held to a branch relate its own customers', async () => {
    await refused(bank.asPrincipal(channel(jana)).createRelation(owns(jana, '10')), 'CALLER_NOT_ALLOWED');
    const brno = bank.asPrincipal(staffAt('brn_brno', 'BRANCH_MANAGER'));
    await refused(brno.createRelation(owns(jana, '10')), 'CUSTOMER_NOT_FOUND');
    const neighbour = await registered(office(), aPerson({ branchId: 'brn_brno' }));
    await brno.createRelation(owns(neighbour, '10'));
  });

  it('leaves the service no right to remove a relation, or to change between whom it is', async () => {
    for (const statement of ['delete from relation', `update relation set valid_from = '2020-01-01'`]) {
      const refusal = await bank.database.query(statement, [], 'runtime').then(String, String);
      expect(refusal, statement).to.include('permission denied');
    }
  });
});
