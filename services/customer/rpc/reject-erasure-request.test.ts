import { expect } from 'chai';
import { customer as channel, refused, staff, useService } from '#chassis/testing/service.ts';
import { ErasureRejection, ErasureState } from '#gen/bank/customer/v1/erasure_pb.ts';
import { customer } from '../service.ts';
import { registered, unique } from '../testing.ts';

describe('RejectErasureRequest', () => {
  const bank = useService(customer);
  const compliance = () => bank.asPrincipal(staff('COMPLIANCE'));

  it('ends a request that stands, tells the customer why, and lets them ask again', async () => {
    const customerId = await registered(bank.asPrincipal(staff('TELLER')));
    const own = bank.asPrincipal(channel(customerId));
    const rejecting = () => ({
      requestId: unique('reject'),
      customerId,
      rejection: ErasureRejection.LAW_REQUIRES,
    });
    await refused(compliance().rejectErasureRequest(rejecting()), 'ERASURE_NOT_REQUESTED');
    await own.requestErasure({ requestId: unique('erase'), customerId });
    const rejected = await compliance().rejectErasureRequest(rejecting());
    const { erasureRequest } = await own.getErasureRequest({ customerId });
    expect(erasureRequest).to.deep.equal(rejected.erasureRequest);
    expect(erasureRequest).to.include({ state: ErasureState.REJECTED, rejection: ErasureRejection.LAW_REQUIRES });
    expect(erasureRequest?.endTime).to.not.equal(undefined);
    await refused(compliance().rejectErasureRequest(rejecting()), 'ERASURE_NOT_REQUESTED');
    const again = await own.requestErasure({ requestId: unique('erase'), customerId });
    expect(again.erasureRequest?.requestNumber).to.equal(2);
    await refused(bank.asPrincipal(staff('BACK_OFFICE')).rejectErasureRequest(rejecting()), 'CALLER_NOT_ALLOWED');
  });
});
