import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { registerPerson } from '../../_testbed/opening.ts';
import { of, there } from '../testing.ts';
import { aPayment, usePayments } from '../testing-payments.ts';

describe('ListPaymentOrders', () => {
  const { bank, teller, mine } = usePayments();

  it('lists those of an account, newest first, page by page, to who sees it', async () => {
    const { accountId } = mine();
    const orders = [];
    for (const amount of ['1.00', '2.00', '3.00']) {
      orders.unshift(there((await teller().orderPayment(aPayment(mine(), amount))).paymentOrder));
    }
    const first = await teller().listPaymentOrders({ accountId, pageSize: 2 });
    const rest = await teller().listPaymentOrders({ accountId, pageSize: 2, pageToken: first.nextPageToken });
    expect([...first.paymentOrders, ...rest.paymentOrders]).to.deep.equal(orders);
    expect([first.paymentOrders.length, rest.nextPageToken]).to.deep.equal([2, '']);
    await refused(of(bank(), await registerPerson(bank())).listPaymentOrders({ accountId }), 'ACCOUNT_NOT_FOUND');
    await refused(teller().listPaymentOrders({ accountId, pageToken: 'none' }), 'PAGE_TOKEN_INVALID');
  });
});
