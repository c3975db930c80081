import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { SuspenseItemState } from '#gen/bank/transaction/v1/payment_order_pb.ts';
import { aRequestId, as } from '../testing.ts';
import { aReceipt, NOBODYS, usePayments } from '../testing-payments.ts';

describe('ReturnSuspenseItem', () => {
  const { bank, scheme } = usePayments();

  it('takes money out of suspense to go back, once', async () => {
    const { suspenseItemId } = await scheme().receivePayment(aReceipt(NOBODYS));
    const desk = as(bank(), 'BACK_OFFICE');
    const request = { requestId: aRequestId(), suspenseItemId, isoReason: 'AC01' };
    const answer = await desk.returnSuspenseItem(request);
    expect([answer.suspenseItem?.state, answer.suspenseItem?.creditorIban]).to.deep.equal([
      SuspenseItemState.RETURNED,
      NOBODYS,
    ]);
    expect(await desk.returnSuspenseItem(request)).to.deep.equal(answer);
    await refused(desk.returnSuspenseItem({ ...request, requestId: aRequestId() }), 'SUSPENSE_ITEM_NOT_OPEN');
    const unknown = { ...request, requestId: aRequestId(), suspenseItemId: 'spi_x' };
    await refused(desk.returnSuspenseItem(unknown), 'SUSPENSE_ITEM_NOT_FOUND');
  });
});
