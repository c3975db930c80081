import { expect } from 'chai';
import { partner, refused } from '#chassis/testing/service.ts';
import type { WatchInboxResponse } from '#gen/bank/notification/v1/notification_service_pb.ts';
import { paid, unique, useNotification } from '../testing.ts';

describe('WatchInbox', function watchInbox() {
  this.timeout(20_000);
  const { bank, booked, of } = useNotification();
  const pay = (customerId: string, count = 1) =>
    booked(
      Array.from({ length: count }, () => paid('1.00', { to: 'acc_jana' })),
      { acc_jana: [customerId] },
    );

  /** Reads a stream on until a message is enough, and leaves it. */
  async function read(
    customerId: string,
    afterNumber: number,
    enough: (message: WatchInboxResponse) => boolean,
    meanwhile?: (message: WatchInboxResponse) => Promise<unknown>,
  ): Promise<WatchInboxResponse[]> {
    const messages: WatchInboxResponse[] = [];
    for await (const message of of(customerId).watchInbox({ afterNumber })) {
      messages.push(message);
      if (enough(message)) break;
      await meanwhile?.(message);
    }
    return messages;
  }
  const numbers = (messages: readonly WatchInboxResponse[]) =>
    messages.flatMap(({ notices }) => notices.map(({ noticeNumber }) => noticeNumber));
  const upTo = (last: number, from = 1) => Array.from({ length: last - from + 1 }, (_, index) => from + index);

  it('shows what there is, in parts, and then what comes, each once and within a second', async () => {
    const jana = unique('cus');
    await pay(jana, 250);
    let sent = 0;
    const messages = await read(
      jana,
      0,
      ({ nextAfterNumber }) => nextAfterNumber === 252,
      async ({ nextAfterNumber }) => {
        if (nextAfterNumber < 250) return;
        sent = performance.now();
        await pay(jana);
      },
    );
    expect(performance.now() - sent).to.be.lessThan(1_000);
    expect(numbers(messages)).to.deep.equal(upTo(252));
    expect(messages.at(-1)?.unreadCount).to.equal(252);
  });

  it('goes on where it ended, and refuses a place that there is not', async () => {
    const jana = unique('cus');
    await pay(jana, 3);
    const [first] = await read(jana, 2, () => true);
    expect([numbers(first ? [first] : []), first?.nextAfterNumber]).to.deep.equal([[3], 3]);
    await refused(
      read(jana, 4, () => true),
      'CURSOR_AHEAD',
    );
  });

  it('tells that notices were read elsewhere, and beats while nothing happens', async () => {
    const jana = unique('cus');
    await pay(jana, 2);
    const marked = await read(
      jana,
      2,
      ({ unreadCount }) => unreadCount === 1,
      () => of(jana).markRead({ requestId: unique('read'), noticeNumbers: [1] }),
    );
    expect(marked).to.have.length(2);
    const beats: WatchInboxResponse[] = [];
    const began = performance.now();
    await read(jana, 2, (message) => beats.push(message) === 2);
    expect(performance.now() - began).to.be.within(4_000, 8_000);
  });

  it('is for customers and staff, each their own', async () => {
    const [jana, petr] = [unique('cus'), unique('cus')];
    await pay(jana);
    const [first] = await read(petr, 0, () => true);
    expect(first?.notices).to.deep.equal([]);
    const theirs = bank.asPrincipal(partner('ptn_1')).watchInbox({});
    await refused(theirs[Symbol.asyncIterator]().next(), 'CALLER_NOT_ALLOWED');
  });
});
