import { expect } from 'chai';
import { customer as channel, refused, staff, useService } from '#chassis/testing/service.ts';
import { ServiceRequestKind, ServiceRequestState } from '#gen/bank/customer/v1/service_request_pb.ts';
import { customer } from '../service.ts';
import { unique } from '../testing.ts';
import { aCustomer, complained } from '../testing-service-requests.ts';

describe('ReopenServiceRequest', () => {
  const bank = useService(customer);
  const again = (serviceRequestId: string) => ({ requestId: unique('again'), serviceRequestId, text: 'Not so.' });

  it('opens an answered complaint again, with what is wrong; for sixty days, and no feedback', async () => {
    const id = await aCustomer(bank);
    const own = bank.asPrincipal(channel(id));
    const { serviceRequestId } = await complained(bank, id);
    await refused(own.reopenServiceRequest(again(serviceRequestId)), 'SERVICE_REQUEST_NOT_RESOLVED');
    const officer = bank.asPrincipal(staff('COMPLIANCE'));
    const resolve = () =>
      officer.resolveServiceRequest({ requestId: unique('answer'), serviceRequestId, outcome: 'Sorry.' });
    await resolve();
    const { serviceRequest } = await own.reopenServiceRequest(again(serviceRequestId));
    expect(serviceRequest).to.include({ state: ServiceRequestState.OPEN, reopenCount: 1, messageCount: 2 });
    expect(serviceRequest?.resolveTime).to.equal(undefined);
    expect(serviceRequest?.dueTime).to.not.equal(undefined);
    await resolve();
    const age = `update service_request set resolve_time = now() - interval '61 days' where id = $1`;
    await bank.database.query(age, [serviceRequestId]);
    await refused(own.reopenServiceRequest(again(serviceRequestId)), 'SERVICE_REQUEST_NOT_REOPENABLE');
    const feedback = await complained(bank, id, { kind: ServiceRequestKind.FEEDBACK });
    await refused(own.reopenServiceRequest(again(feedback.serviceRequestId)), 'SERVICE_REQUEST_NOT_REOPENABLE');
    const other = bank.asPrincipal(channel('cus_other'));
    await refused(other.reopenServiceRequest(again(serviceRequestId)), 'SERVICE_REQUEST_NOT_FOUND');
    await bank.database.query('update service_request set message_count = 100, resolve_time = now() where id = $1', [
      serviceRequestId,
    ]);
    await refused(own.reopenServiceRequest(again(serviceRequestId)), 'SERVICE_REQUEST_FULL');
  });
});
