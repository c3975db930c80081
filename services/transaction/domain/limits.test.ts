import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import fc from 'fast-check';
import { holds } from '#chassis/testing/property.ts';
import { LimitChannel, LimitPeriod, LimitSchema, LimitSubject, PayeeClass } from '#gen/bank/transaction/v1/limit_pb.ts';
import { firstOf, sharesOf } from './limits.ts';

const ORDER = {
  customerId: 'cus_1',
  accountId: 'acc_1',
  currency: 'CZK',
  channel: LimitChannel.SELF_SERVICE,
  payeeClass: PayeeClass.IN_BANK,
  newPayee: false,
};
const SUNDAY = Temporal.PlainDate.from('2026-03-01');

describe('What an order is held to', () => {
  const limit = (code: string, more: object = {}) =>
    create(LimitSchema, {
      code,
      subject: LimitSubject.CUSTOMER,
      period: LimitPeriod.DAY,
      amount: { currencyCode: 'CZK', amount: '10.00' },
      ...more,
    });

  it('is each limit of its currency, its channel and its payee, or of any', () => {
    const limits = [
      limit('any'),
      limit('euros', { amount: { currencyCode: 'EUR', amount: '10.00' } }),
      limit('own-way', { channel: LimitChannel.SELF_SERVICE, payeeClass: PayeeClass.IN_BANK }),
      limit('branch', { channel: LimitChannel.BRANCH }),
      limit('other', { payeeClass: PayeeClass.OTHER_BANK }),
      limit('account', { subject: LimitSubject.ACCOUNT, period: LimitPeriod.WEEK, count: 3 }),
    ];
    const told = sharesOf(limits, ORDER, SUNDAY).map(
      ({ subject, period, date, amountMax, countMax }) => `${subject} ${period} ${date} ${amountMax} ${countMax}`,
    );
    expect(told).to.deep.equal([
      'any/cus_1 day 2026-03-01 1000 null',
      'own-way/cus_1 day 2026-03-01 1000 null',
      'account/acc_1 week 2026-02-23 1000 3',
    ]);
  });

  it('counts a week from its Monday and a month from its first, for every date', async () => {
    await holds(
      fc.property(fc.integer({ min: 0, max: 20_000 }), (days) => {
        const date = Temporal.PlainDate.from('2000-01-01').add({ days });
        const [week, month] = [firstOf('week', date), firstOf('month', date)];
        expect(week.dayOfWeek).to.equal(1);
        expect(week.until(date).days).to.be.within(0, 6);
        expect(month.toString()).to.equal(`${date.toString().slice(0, 8)}01`);
      }),
      { runs: 200, proofRuns: 5_000 },
    );
  });
});
