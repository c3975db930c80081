import { expect } from 'chai';
import { partner, refused } from '#chassis/testing/service.ts';
import { paid, unique, useNotification } from '../testing.ts';

describe('MarkRead', () => {
  const { bank, booked, of } = useNotification();

  async function inboxOf(count: number): Promise<string> {
    const jana = unique('cus');
    const events = Array.from({ length: count }, () => paid('1.00', { to: 'acc_jana' }));
    await booked(events, { acc_jana: [jana] });
    return jana;
  }

  it('marks what was not read, once, and passes over what there is not', async () => {
    const jana = await inboxOf(3);
    const first = { requestId: unique('read'), noticeNumbers: [1, 1, 9] };
    expect((await of(jana).markRead(first)).unreadCount).to.equal(2);
    const [, , one] = (await of(jana).listInbox({})).notices;
    expect((await of(jana).markRead({ requestId: unique('read'), noticeNumbers: [1, 3] })).unreadCount).to.equal(1);
    const { notices, unreadCount } = await of(jana).listInbox({});
    expect(unreadCount).to.equal(1);
    expect(notices.map(({ readTime }) => readTime !== undefined)).to.deep.equal([true, false, true]);
    expect(notices[2]?.readTime).to.deep.equal(one?.readTime);
    expect((await of(jana).markRead(first)).unreadCount).to.equal(2);
  });

  it('leaves other inboxes alone, tells with validate_only, and knows an empty inbox', async () => {
    const [jana, petr] = [await inboxOf(2), await inboxOf(2)];
    await of(jana).markRead({ requestId: unique('read'), noticeNumbers: [1, 2] });
    expect((await of(petr).listInbox({})).unreadCount).to.equal(2);
    const tried = { requestId: unique('read'), noticeNumbers: [1], validateOnly: true };
    expect((await of(petr).markRead(tried)).unreadCount).to.equal(1);
    expect((await of(petr).listInbox({})).unreadCount).to.equal(2);
    const nobody = await of(unique('cus')).markRead({ requestId: unique('read'), noticeNumbers: [1] });
    expect(nobody.unreadCount).to.equal(0);
  });

  it('keeps count while notices come and are read at the same time', async () => {
    const jana = await inboxOf(20);
    const numbers = Array.from({ length: 20 }, (_, index) => index + 1);
    await Promise.all([
      ...numbers.map((number) => of(jana).markRead({ requestId: unique('read'), noticeNumbers: [number] })),
      ...numbers.map(() => booked([paid('1.00', { to: 'acc_jana' })], { acc_jana: [jana] })),
    ]);
    const { unreadCount, lastNumber } = await of(jana).listInbox({});
    expect([unreadCount, lastNumber]).to.deep.equal([20, 40]);
  });

  it('is for customers and staff, of a thousand at a time', async () => {
    const many = Array.from({ length: 1001 }, (_, index) => index + 1);
    const request = { requestId: unique('read'), noticeNumbers: many };
    await refused(of(unique('cus')).markRead(request), 'REQUEST_INVALID');
    await refused(of(unique('cus')).markRead({ ...request, noticeNumbers: [0] }), 'REQUEST_INVALID');
    await refused(
      bank.asPrincipal(partner('ptn_1')).markRead({ ...request, noticeNumbers: [1] }),
      'CALLER_NOT_ALLOWED',
    );
  });
});
