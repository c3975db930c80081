import { expect } from 'chai';
import { eventsOf, recordsOf } from '#chassis/testing/events.ts';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { SanctionsHitState } from '#gen/bank/customer/v1/sanctions_pb.ts';
import { customer } from '../service.ts';
import { aPerson, dump, legible, registered, unique } from '../testing.ts';
import { hitsOn, imported, PARTIES } from '../testing-sanctions.ts';

describe('ClearSanctionsHit', () => {
  const bank = useService(customer);
  const officer = () => bank.asPrincipal(staff('COMPLIANCE'));
  const office = () => bank.asPrincipal(staff('BACK_OFFICE'));
  const executor = () =>
    bank.asPrincipal({ ...staff('COMPLIANCE'), approverId: 'stf_other' }, { workload: 'security-executor' });
  const { OPEN, CLEARED } = SanctionsHitState;
  const born = (birthDate: string) => ({
    case: 'person' as const,
    value: { givenName: 'Vladimir', familyName: 'Zhirkovsky', birthDate },
  });

  async function found() {
    const customerId = await registered(office(), aPerson({ party: born('1961-10-07') }));
    expect(await hitsOn(officer(), customerId)).to.deep.equal([`101 ${OPEN}`]);
    const [hit] = (await officer().listSanctionsHits({ customerId })).hits;
    return { requestId: unique('clear'), customerId, hitId: hit?.hitId ?? '', reason: 'Kanárek has another passport' };
  }
  before(() => imported(officer()));

  it('is done by two, once, and stands while nothing changes on either side', async () => {
    const request = await found();
    await refused(officer().clearSanctionsHit(request), 'CALLER_NOT_ALLOWED');
    const { hit } = await executor().clearSanctionsHit(request);
    expect(hit).to.deep.include({ state: CLEARED, authorId: 'stf_compliance', approverId: 'stf_other' });
    expect(hit?.reason).to.equal('Kanárek has another passport');
    expect((await executor().clearSanctionsHit(request)).hit).to.deep.equal(hit);
    expect(await eventsOf(bank.database, request.hitId)).to.deep.equal([
      'SanctionsHitFound 1',
      'SanctionsHitCleared 2',
    ]);
    expect((await recordsOf(bank.database, request.requestId))[0]?.resourceIds).to.deep.equal([
      request.hitId,
      request.customerId,
    ]);
    expect(legible(await dump(bank.database), ['Kanárek'])).to.deep.equal([]);
    await refused(executor().clearSanctionsHit({ ...request, requestId: unique('c') }), 'SANCTIONS_HIT_DECIDED');

    const { customerId } = request;
    await office().updateCustomer({ requestId: unique('move'), customerId, residenceCountryCode: 'DE' });
    await imported(officer(), PARTIES.slice(0, 3));
    expect(await hitsOn(officer(), customerId)).to.deep.equal([`101 ${CLEARED}`]);
    await office().updateCustomer({ requestId: unique('born'), customerId, party: born('1961-10-08') });
    expect(await hitsOn(officer(), customerId), 'in the same year').to.deep.equal([`101 ${CLEARED}`]);
    await office().updateCustomer({ requestId: unique('born'), customerId, party: born('1960-10-08') });
    expect(await hitsOn(officer(), customerId)).to.deep.equal([`101 ${OPEN}`]);
  });

  it('is open again when the listed party is another', async () => {
    const request = await found();
    await executor().clearSanctionsHit(request);
    await imported(
      officer(),
      PARTIES.map((row) => row.replace('07 Oct 1961', '1961')),
    );
    expect(await hitsOn(officer(), request.customerId)).to.deep.equal([`101 ${OPEN}`]);
  });

  it('knows no hit of somebody else, and tries without doing', async () => {
    const request = await found();
    const other = await registered(office());
    await refused(
      executor().clearSanctionsHit({ ...request, requestId: unique('c'), customerId: other }),
      'SANCTIONS_HIT_NOT_FOUND',
    );
    await refused(
      executor().clearSanctionsHit({ ...request, requestId: unique('c'), customerId: 'cus_unknown' }),
      'CUSTOMER_NOT_FOUND',
    );
    await executor().clearSanctionsHit({ ...request, requestId: unique('try'), validateOnly: true });
    expect(await hitsOn(officer(), request.customerId)).to.deep.equal([`101 ${OPEN}`]);
  });
});
