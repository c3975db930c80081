import { timestampMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { eventsOf, recordsOf } from '#chassis/testing/events.ts';
import { customer as channel, refused, staff, staffAt, useService } from '#chassis/testing/service.ts';
import { ServiceRequestKind, ServiceRequestState } from '#gen/bank/customer/v1/service_request_pb.ts';
import { customer } from '../service.ts';
import { dump, legible } from '../testing.ts';
import { aComplaint, aCustomer, complained } from '../testing-service-requests.ts';

describe('OpenServiceRequest', () => {
  const bank = useService(customer);
  const own = (customerId: string) => bank.asPrincipal(channel(customerId));

  it('takes a complaint once, with a time by which the bank answers; what it says is sealed', async () => {
    const id = await aCustomer(bank);
    const order = aComplaint(id);
    const { serviceRequest } = await own(id).openServiceRequest(order);
    expect(serviceRequest).to.include({ customerId: id, state: ServiceRequestState.OPEN, messageCount: 1, rating: 0 });
    const due = serviceRequest?.dueTime ? timestampMs(serviceRequest.dueTime) : 0;
    expect(due).to.be.greaterThan(Date.now() + 14 * 86_400_000);
    expect((await own(id).openServiceRequest(order)).serviceRequest).to.deep.equal(serviceRequest);
    expect(await eventsOf(bank.database, serviceRequest?.serviceRequestId ?? '')).to.deep.equal([
      'ServiceRequestChanged 1',
    ]);
    const [record] = await recordsOf(bank.database, order.requestId ?? '');
    expect(record?.resourceIds).to.deep.equal([serviceRequest?.serviceRequestId, id]);
    expect(legible(await dump(bank.database), ['Stížnost', 'Přišla pozdě'])).to.deep.equal([]);
  });

  it('takes feedback with a rating, to which nobody has to answer', async () => {
    const id = await aCustomer(bank);
    const feedback = { kind: ServiceRequestKind.FEEDBACK, rating: 4 };
    const request = await complained(bank, id, feedback);
    expect(request).to.include({ state: ServiceRequestState.RESOLVED, rating: 4 });
    expect(request.dueTime).to.equal(undefined);
    await refused(own(id).openServiceRequest(aComplaint(id, { rating: 4 })), 'RATING_NOT_ALLOWED');
  });

  it('is for the customer, and for staff who write down what reached them; for no other', async () => {
    const id = await aCustomer(bank);
    const teller = bank.asPrincipal(staffAt('brn_praha', 'TELLER'));
    expect((await teller.openServiceRequest(aComplaint(id))).serviceRequest?.customerId).to.equal(id);
    const elsewhere = bank.asPrincipal(staffAt('brn_brno', 'TELLER'));
    await refused(elsewhere.openServiceRequest(aComplaint(id)), 'CUSTOMER_NOT_FOUND');
    await refused(own('cus_other').openServiceRequest(aComplaint(id)), 'CUSTOMER_NOT_FOUND');
    await refused(teller.openServiceRequest(aComplaint('cus_none')), 'CUSTOMER_NOT_FOUND');
    await refused(bank.asPrincipal(staff('AUDITOR')).openServiceRequest(aComplaint(id)), 'CALLER_NOT_ALLOWED');
  });
});
