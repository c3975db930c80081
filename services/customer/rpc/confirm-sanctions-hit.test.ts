import { expect } from 'chai';
import { deriveId } from '#chassis/id.ts';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused, staff, useService } from '#chassis/testing/service.ts';
import { SanctionsHitState } from '#gen/bank/customer/v1/sanctions_pb.ts';
import { customer } from '../service.ts';
import { anOrganisation, registered, unique } from '../testing.ts';
import { hitsOn, imported, PARTIES } from '../testing-sanctions.ts';

describe('ConfirmSanctionsHit', () => {
  const bank = useService(customer);
  const officer = () => bank.asPrincipal(staff('COMPLIANCE'));

  it('is done by one, stays when the list changes, and can be taken back by two', async () => {
    await imported(officer());
    const office = bank.asPrincipal(staff('BACK_OFFICE'));
    const customerId = await registered(
      office,
      anOrganisation({
        party: { case: 'organisation', value: { legalName: 'Zlotnik Trading GmbH', registrationDate: '2001-05-17' } },
      }),
    );
    await hitsOn(officer(), customerId);
    const standing = async () => {
      const { standings } = await bank.as('account').getCustomerStates({ customerIds: [customerId] });
      return standings.map(({ restricted, standingVersion }) => [restricted, standingVersion]);
    };
    expect(await standing()).to.deep.equal([[true, 1]]);
    const [found] = (await officer().listSanctionsHits({ customerId })).hits;
    const request = { requestId: unique('confirm'), customerId, hitId: found?.hitId ?? '', reason: 'The same address' };
    await refused(office.confirmSanctionsHit(request), 'CALLER_NOT_ALLOWED');
    const { hit } = await officer().confirmSanctionsHit(request);
    expect(hit).to.deep.include({ state: SanctionsHitState.CONFIRMED, authorId: 'stf_compliance', approverId: '' });
    await refused(officer().confirmSanctionsHit({ ...request, requestId: unique('again') }), 'SANCTIONS_HIT_DECIDED');
    await imported(officer(), PARTIES.slice(0, 2));
    expect(await hitsOn(officer(), customerId)).to.deep.equal([`103 ${SanctionsHitState.CONFIRMED}`]);
    const executor = bank.asPrincipal(
      { ...staff('COMPLIANCE'), approverId: 'stf_other' },
      { workload: 'security-executor' },
    );
    expect(await standing()).to.deep.equal([[true, 1]]);
    await executor.clearSanctionsHit({ ...request, requestId: unique('clear') });
    expect(await standing()).to.deep.equal([[false, 2]]);
    const told = ['CustomerStandingChanged 1', 'CustomerStandingChanged 2'];
    expect(await eventsOf(bank.database, deriveId('kyc', customerId))).to.deep.equal(told);
    const [first, ...others] = await eventsOf(bank.database, request.hitId);
    expect(first).to.equal('SanctionsHitFound 1');
    expect(others).to.deep.equal(['SanctionsHitConfirmed 2', 'SanctionsHitCleared 3']);
  });
});
