import { expect } from 'chai';
import { customer as channel, refused, staff, useService } from '#chassis/testing/service.ts';
import { ServiceRequestState } from '#gen/bank/customer/v1/service_request_pb.ts';
import { customer } from '../service.ts';
import { dump, legible, unique } from '../testing.ts';
import { aCustomer, complained } from '../testing-service-requests.ts';

describe('ResolveServiceRequest', () => {
  const bank = useService(customer);

  it('answers a request once, with a letter that the customer reads and nobody else finds', async () => {
    const id = await aCustomer(bank);
    const { serviceRequestId } = await complained(bank, id);
    const outcome = 'Vracíme Vám poplatek.';
    const officer = bank.asPrincipal(staff('COMPLIANCE'));
    const order = { requestId: unique('answer'), serviceRequestId, outcome };
    const { serviceRequest } = await officer.resolveServiceRequest(order);
    expect(serviceRequest).to.include({ state: ServiceRequestState.RESOLVED, outcome });
    expect(serviceRequest?.resolveTime).to.not.equal(undefined);
    const { serviceRequests } = await bank.asPrincipal(channel(id)).listServiceRequests({});
    expect(serviceRequests.map((one) => one.outcome)).to.deep.equal([outcome]);
    expect(legible(await dump(bank.database), [outcome])).to.deep.equal([]);
    const again = { ...order, requestId: unique('answer') };
    await refused(officer.resolveServiceRequest(again), 'SERVICE_REQUEST_RESOLVED');
    await refused(
      officer.resolveServiceRequest({ ...order, requestId: unique('none'), serviceRequestId: 'srq_none' }),
      'SERVICE_REQUEST_NOT_FOUND',
    );
    await refused(bank.asPrincipal(channel(id)).resolveServiceRequest(again), 'CALLER_NOT_ALLOWED');
  });
});
