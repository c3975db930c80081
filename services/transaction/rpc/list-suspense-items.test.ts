import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { as } from '../testing.ts';
import { aReceipt, NOBODYS, usePayments } from '../testing-payments.ts';

describe('ListSuspenseItems', () => {
  const { bank, scheme } = usePayments();

  it('lists what came in, the oldest first, page by page', async () => {
    const ids = [];
    for (const amount of ['1.00', '2.00', '3.00']) {
      ids.push((await scheme().receivePayment(aReceipt(NOBODYS, amount))).suspenseItemId);
    }
    const desk = as(bank(), 'BACK_OFFICE');
    const first = await desk.listSuspenseItems({ pageSize: 2 });
    const rest = await desk.listSuspenseItems({ pageSize: 2, pageToken: first.nextPageToken });
    const all = [...first.suspenseItems, ...rest.suspenseItems];
    expect(all.map(({ suspenseItemId }) => suspenseItemId)).to.deep.equal(ids);
    expect(rest.nextPageToken).to.equal('');
    await refused(desk.listSuspenseItems({ pageToken: 'none' }), 'PAGE_TOKEN_INVALID');
  });
});
