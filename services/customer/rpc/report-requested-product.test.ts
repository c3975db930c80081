import { expect } from 'chai';
import { customer as channel, refused, staff, useService } from '#chassis/testing/service.ts';
import {
  RequestedProductState,
  RequestedProductType,
  ServiceRequestState,
} from '#gen/bank/customer/v1/service_request_pb.ts';
import { customer } from '../service.ts';
import { unique } from '../testing.ts';
import { approvedBy } from '../testing-kyc.ts';
import { aCustomer, wished } from '../testing-service-requests.ts';

describe('ReportRequestedProduct', () => {
  const bank = useService(customer);
  const COPY = { type: RequestedProductType.STATEMENT_COPY, fromDate: '2026-01-01', toDate: '2026-01-31' };
  const report = (serviceRequestId: string, said: object, productApprovalNumber = 1) =>
    bank.as('account').reportRequestedProduct({
      requestId: unique('report'),
      serviceRequestId,
      productApprovalNumber,
      ...said,
    });
  const read = async (id: string) => (await bank.asPrincipal(channel(id)).listServiceRequests({})).serviceRequests[0];

  it('resolves a request with a letter once the thing is there, and says which copy it is', async () => {
    const id = await aCustomer(bank);
    const { serviceRequestId, productState } = await wished(bank, id, COPY);
    expect(productState).to.equal(RequestedProductState.APPROVED);
    await report(serviceRequestId, { statementCopyNumber: 3 });
    await report(serviceRequestId, { refusalReason: 'LATE' });
    const shown = await read(id);
    expect(shown).to.include({
      state: ServiceRequestState.RESOLVED,
      productState: RequestedProductState.FULFILLED,
      statementCopyNumber: 3,
    });
    expect(shown?.outcome).to.include('2026-01-31').and.to.include('no. 3');
  });

  it('leaves with staff what was refused, who may approve it again', async () => {
    const id = await aCustomer(bank);
    const limit = { currencyCode: 'CZK', amount: '500' };
    const wish = { type: RequestedProductType.OVERDRAFT_LIMIT, overdraftLimit: limit };
    const { serviceRequestId } = await wished(bank, id, wish);
    const approve = () =>
      approvedBy(bank, 'BACK_OFFICE').approveRequestedProduct({ requestId: unique('approve'), serviceRequestId });
    await approve();
    await report(serviceRequestId, { refusalReason: 'OVERDRAFT_NOT_ALLOWED' });
    expect(await read(id)).to.include({
      state: ServiceRequestState.OPEN,
      productState: RequestedProductState.REFUSED,
      productRefusalReason: 'OVERDRAFT_NOT_ALLOWED',
    });
    await approve();
    await report(serviceRequestId, {}, 1);
    expect((await read(id))?.productState).to.equal(RequestedProductState.APPROVED);
    await report(serviceRequestId, {}, 2);
    expect(await read(id)).to.include({ state: ServiceRequestState.RESOLVED, productRefusalReason: '' });
  });

  it('is for the account service', async () => {
    const said = { requestId: unique('report'), serviceRequestId: 'srq_none', productApprovalNumber: 1 };
    await refused(bank.asPrincipal(staff('BACK_OFFICE')).reportRequestedProduct(said), 'CALLER_NOT_ALLOWED');
    await refused(report('srq_none', {}), 'SERVICE_REQUEST_NOT_FOUND');
  });
});
