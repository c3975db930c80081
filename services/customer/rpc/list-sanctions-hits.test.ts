import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { customer as channel, refused, staff, startTestService, useService } from '#chassis/testing/service.ts';
import { RelationKind } from '#gen/bank/customer/v1/relation_pb.ts';
import { SanctionsHitState } from '#gen/bank/customer/v1/sanctions_pb.ts';
import { customer } from '../service.ts';
import { anOrganisation, aPerson, registered, unique } from '../testing.ts';
import { hitsOn, imported, PARTIES, screened } from '../testing-sanctions.ts';

describe('ListSanctionsHits', () => {
  const bank = useService(customer);
  const officer = () => bank.asPrincipal(staff('COMPLIANCE'));
  const office = () => bank.asPrincipal(staff('BACK_OFFICE'));
  const { OPEN, LAPSED } = SanctionsHitState;
  const named = (givenName: string, familyName: string, birthDate = '1961-10-07') => ({
    case: 'person' as const,
    value: { givenName, familyName, birthDate },
  });
  const vladimir = () => registered(office(), aPerson({ party: named('Wladimir', 'Schirkowski') }));

  it('has whoever registered before a list came, and whoever registers after it', async () => {
    const before = await vladimir();
    expect(await hitsOn(officer(), before)).to.deep.equal([]);
    await imported(officer());
    const after = await vladimir();
    for (const customerId of [before, after])
      expect(await hitsOn(officer(), customerId)).to.deep.equal([`101 ${OPEN}`]);
    const { hits } = await officer().listSanctionsHits({ customerId: after });
    expect(hits[0]).to.include({
      customerId: after,
      screenedCustomerId: after,
      relationId: '',
      authorId: '',
      reason: '',
    });
    expect(hits[0]?.entry?.programs).to.deep.equal(['TEST']);
    expect(hits[0]?.score).to.be.within(88, 99);
    expect(await eventsOf(bank.database, hits[0]?.hitId ?? '')).to.deep.equal(['SanctionsHitFound 1']);
    expect(await hitsOn(officer(), await registered(office()))).to.deep.equal([]);
  });

  it('has whoever changes their name, and lets it lapse when they or the list are others', async () => {
    const customerId = await registered(office());
    const rename = (givenName: string, familyName: string) =>
      office().updateCustomer({ requestId: unique('name'), customerId, party: named(givenName, familyName) });
    await rename('Muammar Mohamed', 'al-Qadafani');
    expect(await hitsOn(officer(), customerId)).to.deep.equal([`102 ${OPEN}`]);
    await rename('Jana', 'Novotná');
    expect(await hitsOn(officer(), customerId)).to.deep.equal([`102 ${LAPSED}`]);
    await rename('Muammar Mohammed', 'Qadhafani');
    expect(await hitsOn(officer(), customerId)).to.deep.equal([`102 ${OPEN}`]);
    await imported(officer(), [PARTIES[0] ?? '', PARTIES[2] ?? '']);
    expect(await hitsOn(officer(), customerId)).to.deep.equal([`102 ${LAPSED}`]);
    await imported(officer());
    expect(await hitsOn(officer(), customerId)).to.deep.equal([`102 ${OPEN}`]);
    const [{ hitId } = { hitId: '' }] = (await officer().listSanctionsHits({ customerId })).hits;
    const events = ['SanctionsHitFound 1', 'SanctionsHitLapsed 2', 'SanctionsHitFound 3', 'SanctionsHitLapsed 4'];
    expect(await eventsOf(bank.database, hitId)).to.deep.equal([...events, 'SanctionsHitFound 5']);
  });

  it('has those to whom somebody on a list stands in a relation, also who gets on it later', async () => {
    const bakery = await registered(office(), anOrganisation());
    const [owner, other] = [await vladimir(), await registered(office())];
    const owns = (relatedCustomerId: string, share: string) =>
      office().createRelation({
        requestId: unique('own'),
        customerId: bakery,
        relatedCustomerId,
        kind: RelationKind.BENEFICIAL_OWNER,
        share,
      });
    const { relation } = await owns(owner, '30');
    await owns(other, '30');
    expect(await hitsOn(officer(), bakery)).to.deep.equal([`101 ${OPEN}`]);
    const party = named('Muammar Mohammed', 'Qadhafani', '1942-05-05');
    await office().updateCustomer({ requestId: unique('name'), customerId: other, party });
    await screened(officer());
    const { hits } = await officer().listSanctionsHits({ customerId: bakery, state: OPEN });
    expect(hits.map(({ screenedCustomerId }) => screenedCustomerId)).to.have.members([owner, other]);
    const relationId = relation?.relationId ?? '';
    expect(hits.map((hit) => hit.relationId)).to.include(relationId);
    await office().endRelation({ requestId: unique('end'), customerId: bakery, relationId });
    expect((await hitsOn(officer(), bakery)).toSorted()).to.deep.equal([`101 ${LAPSED}`, `102 ${OPEN}`]);
  });

  it('finds each hit once, whichever process looks', async () => {
    const beside = await startTestService(customer, { beside: bank });
    try {
      const all = await Promise.all(Array.from({ length: 40 }, vladimir));
      await screened(officer());
      const rows = await bank.database.query<{ count: string }>(
        `select count(*)::text as count from outbox where type like '%SanctionsHitFound' and aggregate_id in
          (select id from sanctions_hit where customer_id = any($1))`,
        [all],
      );
      expect(rows[0]?.count).to.equal('40');
    } finally {
      await beside.stop();
    }
  });

  it('goes page by page, and is for compliance and auditors', async () => {
    const all = (await officer().listSanctionsHits({ state: OPEN })).hits;
    const first = await officer().listSanctionsHits({ state: OPEN, pageSize: 2 });
    const second = await officer().listSanctionsHits({ state: OPEN, pageSize: 2, pageToken: first.nextPageToken });
    expect([...first.hits, ...second.hits]).to.deep.equal(all.slice(0, 4));
    await refused(officer().listSanctionsHits({ customerId: 'cus_unknown' }), 'CUSTOMER_NOT_FOUND');
    const customerId = all[0]?.customerId ?? '';
    await refused(bank.asPrincipal(channel(customerId)).listSanctionsHits({ customerId }), 'CALLER_NOT_ALLOWED');
    await refused(office().listSanctionsHits({}), 'CALLER_NOT_ALLOWED');
  });
});
