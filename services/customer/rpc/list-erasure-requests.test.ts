import { expect } from 'chai';
import { customer as channel, refused, staff, useService } from '#chassis/testing/service.ts';
import { ErasureRejection } from '#gen/bank/customer/v1/erasure_pb.ts';
import { customer } from '../service.ts';
import { registered, unique } from '../testing.ts';

describe('ListErasureRequests', () => {
  const bank = useService(customer);
  const compliance = () => bank.asPrincipal(staff('COMPLIANCE'));

  it('shows compliance what waits for them, newest first, page by page', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      const customerId = await registered(bank.asPrincipal(staff('TELLER')));
      await bank.asPrincipal(channel(customerId)).requestErasure({ requestId: unique('erase'), customerId });
      ids.unshift(customerId);
    }
    const { erasureRequests, nextPageToken: pageToken } = await compliance().listErasureRequests({ pageSize: 2 });
    const { erasureRequests: rest } = await compliance().listErasureRequests({ pageSize: 2, pageToken });
    expect([...erasureRequests, ...rest].map(({ customerId }) => customerId)).to.deep.equal(ids);
    const [customerId = ''] = ids;
    const rejection = ErasureRejection.LEGAL_HOLD;
    await compliance().rejectErasureRequest({ requestId: unique('reject'), customerId, rejection });
    const { erasureRequests: open } = await compliance().listErasureRequests({ openOnly: true });
    expect(open.map((one) => one.customerId)).to.deep.equal(ids.slice(1));
    await refused(bank.asPrincipal(staff('TELLER')).listErasureRequests({}), 'CALLER_NOT_ALLOWED');
  });
});
