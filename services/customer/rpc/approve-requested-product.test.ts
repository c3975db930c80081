import { expect } from 'chai';
import { publishedOf } from '#chassis/testing/events.ts';
import { customer as channel, refused, staff, useService } from '#chassis/testing/service.ts';
import { ServiceRequestChangedSchema } from '#gen/bank/customer/v1/customer_events_pb.ts';
import {
  RequestedProductState,
  RequestedProductType,
  ServiceRequestState,
} from '#gen/bank/customer/v1/service_request_pb.ts';
import { customer } from '../service.ts';
import { unique } from '../testing.ts';
import { approvedBy } from '../testing-kyc.ts';
import { aCustomer, complained, wished } from '../testing-service-requests.ts';

describe('ApproveRequestedProduct', () => {
  const bank = useService(customer);
  const approve = (serviceRequestId: string) =>
    approvedBy(bank, 'BACK_OFFICE').approveRequestedProduct({ requestId: unique('approve'), serviceRequestId });

  it('is done by two, and tells the bank once what the customer is to get', async () => {
    const id = await aCustomer(bank);
    const { serviceRequestId, productState } = await wished(bank, id, { type: RequestedProductType.CHEQUE_BOOK });
    expect(productState).to.equal(RequestedProductState.REQUESTED);
    const alone = { requestId: unique('approve'), serviceRequestId };
    await refused(bank.asPrincipal(staff('BACK_OFFICE')).approveRequestedProduct(alone), 'CALLER_NOT_ALLOWED');
    await refused(bank.asPrincipal(channel(id)).approveRequestedProduct(alone), 'CALLER_NOT_ALLOWED');
    const { serviceRequest } = await approve(serviceRequestId);
    expect(serviceRequest).to.include({
      productState: RequestedProductState.APPROVED,
      state: ServiceRequestState.OPEN,
    });
    await refused(approve(serviceRequestId), 'PRODUCT_APPROVED');
    const resolve = { requestId: unique('answer'), serviceRequestId, outcome: 'No.' };
    await refused(bank.asPrincipal(staff('BACK_OFFICE')).resolveServiceRequest(resolve), 'PRODUCT_APPROVED');
    const events = await publishedOf(bank.database, ServiceRequestChangedSchema);
    const told = events.filter(
      (event) => event.serviceRequestId === serviceRequestId && event.productApprovalNumber > 0,
    );
    expect(told.map(({ productApprovalNumber, product }) => [productApprovalNumber, product?.accountId])).to.deep.equal(
      [[1, 'acc_own']],
    );
  });

  it('refuses what is no request for something, what is answered, and what there is not', async () => {
    const id = await aCustomer(bank);
    const complaint = await complained(bank, id);
    await refused(approve(complaint.serviceRequestId), 'PRODUCT_NOT_REQUESTED');
    await refused(approve('srq_none'), 'SERVICE_REQUEST_NOT_FOUND');
    const { serviceRequestId } = await wished(bank, id, { type: RequestedProductType.DEBIT_CARD });
    const answer = { requestId: unique('answer'), serviceRequestId, outcome: 'You have one.' };
    await bank.asPrincipal(staff('BACK_OFFICE')).resolveServiceRequest(answer);
    await refused(approve(serviceRequestId), 'SERVICE_REQUEST_RESOLVED');
  });
});
