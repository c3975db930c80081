import { expect } from 'chai';
import { customer as channel, refused, staff, useService } from '#chassis/testing/service.ts';
import { ServiceRequestState } from '#gen/bank/customer/v1/service_request_pb.ts';
import { customer } from '../service.ts';
import { unique } from '../testing.ts';
import { aCustomer, complained } from '../testing-service-requests.ts';

describe('AssignServiceRequest', () => {
  const bank = useService(customer);
  const give = (serviceRequestId: string, assigneeId = 'stf_eva') => ({
    requestId: unique('give'),
    serviceRequestId,
    assigneeId,
  });

  it('gives a request to a member of staff, and to nobody again', async () => {
    const { serviceRequestId } = await complained(bank, await aCustomer(bank));
    const officer = bank.asPrincipal(staff('COMPLIANCE'));
    const { serviceRequest } = await officer.assignServiceRequest(give(serviceRequestId));
    expect(serviceRequest).to.include({ assigneeId: 'stf_eva', state: ServiceRequestState.IN_PROGRESS });
    const back = await officer.assignServiceRequest(give(serviceRequestId, ''));
    expect(back.serviceRequest).to.include({ assigneeId: '', state: ServiceRequestState.OPEN });
    await refused(officer.assignServiceRequest(give(serviceRequestId, 'cus_eva')), 'REQUEST_INVALID');
    await refused(officer.assignServiceRequest(give('srq_none')), 'SERVICE_REQUEST_NOT_FOUND');
    await officer.resolveServiceRequest({ requestId: unique('answer'), serviceRequestId, outcome: 'Sorry.' });
    await refused(officer.assignServiceRequest(give(serviceRequestId)), 'SERVICE_REQUEST_RESOLVED');
  });

  it('is for staff', async () => {
    const id = await aCustomer(bank);
    const { serviceRequestId } = await complained(bank, id);
    await refused(bank.asPrincipal(channel(id)).assignServiceRequest(give(serviceRequestId)), 'CALLER_NOT_ALLOWED');
  });
});
