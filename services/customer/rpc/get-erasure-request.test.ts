import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { staff } from '#chassis/testing/clients.ts';
import { customer as channel, refused } from '#chassis/testing/service.ts';
import { CustomerService } from '#gen/bank/customer/v1/customer_service_pb.ts';
import { ErasureState } from '#gen/bank/customer/v1/erasure_pb.ts';
import { SecurityService } from '#gen/bank/security/v1/security_service_pb.ts';
import { useJourney } from '../../_testbed/journeys/journey.ts';
import { aPerson } from '../testing.ts';

describe('GetErasureRequest', function erasing() {
  this.timeout(60_000);
  const journey = useJourney({ bus: true });
  const at = (actor: ReturnType<typeof staff>) => journey.bank().asPrincipal(CustomerService, actor);

  it('says that it is done once the key is destroyed, with what is kept', async () => {
    const { customer } = await at(staff('TELLER')).registerCustomer(aPerson());
    const customerId = customer?.customerId ?? '';
    const own = at(channel(customerId));
    await refused(own.getErasureRequest({ customerId }), 'ERASURE_NOT_REQUESTED');
    await own.requestErasure({ requestId: randomUUID(), customerId });
    const approved = { ...staff('COMPLIANCE'), approverId: 'stf_other' };
    await journey
      .bank()
      .asPrincipal(SecurityService, approved, { workload: 'security-executor' })
      .destroyDataKey({ requestId: randomUUID(), partyId: customerId });
    const request = async () => (await own.getErasureRequest({ customerId })).erasureRequest;
    while ((await request())?.state !== ErasureState.DONE) await sleep(50);
    expect((await request())?.endTime).to.not.equal(undefined);
    expect((await request())?.retained.length).to.be.greaterThan(0);
  });
});
