import { expect } from 'chai';
import { staff } from '#chassis/testing/clients.ts';
import { refused } from '#chassis/testing/service.ts';
import { LimitChannel, LimitPeriod, LimitSubject, PayeeClass } from '#gen/bank/transaction/v1/limit_pb.ts';
import { type PaymentOrder, PaymentOrderState } from '#gen/bank/transaction/v1/payment_order_pb.ts';
import { TransactionState } from '#gen/bank/transaction/v1/transaction_pb.ts';
import { openAccount, payIn, registerPerson } from '../../_testbed/opening.ts';
import { aHold, aRequestId, as, aTransfer, executed, of, there } from '../testing.ts';
import { aLimit, publishLimits } from '../testing-limits.ts';
import { aPayment, inDays, lifeOfPayment, untilIn, usePayments } from '../testing-payments.ts';

describe('PublishLimitSet', function publishLimitSet() {
  this.timeout(180_000);
  const { bank, teller, scheme } = usePayments();

  /** Somebody with 1,000.00, and somebody whom they pay. */
  const somebody = async () => {
    const [jana, petr] = [await registerPerson(bank()), await registerPerson(bank())];
    const [mine, his] = [await openAccount(bank(), { owners: [jana] }), await openAccount(bank(), { owners: [petr] })];
    await payIn(bank(), mine, '1000.00');
    return { jana, mine, his };
  };
  const pay = (from: Parameters<typeof aTransfer>[0], to: Parameters<typeof aTransfer>[1], amount: string) =>
    teller().transferFunds(aTransfer(from, to, amount));
  const exceeded = async (call: Promise<unknown>) => (await refused(call, 'LIMIT_EXCEEDED')).metadata['limit'];

  it('holds what is ordered to each order, day, week and month, by amount and by count', async () => {
    const { mine, his } = await somebody();
    await publishLimits(bank(), [
      aLimit('once', '50.00', { period: LimitPeriod.TRANSACTION }),
      aLimit('day', '80.00'),
      aLimit('week', '1000.00', { period: LimitPeriod.WEEK, count: 3 }),
      aLimit('month', '1000.00', { period: LimitPeriod.MONTH, subject: LimitSubject.ACCOUNT }),
    ]);
    expect(await exceeded(pay(mine, his, '50.01'))).to.equal('once');
    await pay(mine, his, '50.00');
    expect(await exceeded(pay(mine, his, '30.01'))).to.equal('day');
    await pay(mine, his, '10.00');
    await pay(mine, his, '10.00');
    expect(await exceeded(pay(mine, his, '1.00'))).to.equal('week');
    // What was refused has used up nothing.
    await publishLimits(bank(), [aLimit('day', '80.00')]);
    expect((await pay(mine, his, '10.00')).transaction?.state).to.equal(TransactionState.POSTED);
    expect(await exceeded(pay(mine, his, '0.01'))).to.equal('day');
    await publishLimits(bank(), []);
    await pay(mine, his, '100.00');
  });

  it('holds only what comes by the way and goes to whom it is for', async () => {
    const { jana, mine, his } = await somebody();
    const second = await openAccount(bank(), { owners: [jana] });
    await publishLimits(bank(), [
      aLimit('others', '5.00', { payeeClass: PayeeClass.OTHER_BANK }),
      aLimit('branch', '20.00', { payeeClass: PayeeClass.IN_BANK, channel: LimitChannel.BRANCH }),
      aLimit('self', '1.00', { channel: LimitChannel.SELF_SERVICE }),
    ]);
    await pay(mine, second, '100.00');
    await pay(mine, his, '20.00');
    expect(await exceeded(pay(mine, his, '0.01'))).to.equal('branch');
    expect(await exceeded(teller().orderPayment(aPayment(mine, '5.01')))).to.equal('others');
    expect(await exceeded(of(bank(), jana).transferFunds(aTransfer(mine, second, '1.01')))).to.equal('self');
    expect(await exceeded(teller().placeHold(aHold(mine, his, '0.01')))).to.equal('branch');
  });

  it('lets exactly one of two through that together are too much', async () => {
    const { mine, his } = await somebody();
    await publishLimits(bank(), [aLimit('day', '100.00')]);
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => pay(mine, his, '60.00')));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
  });

  it('gives back what the ledger refuses, and a payment that comes back', async () => {
    const { jana, mine, his } = await somebody();
    await publishLimits(bank(), [aLimit('day', '2000.00')]);
    await refused(pay(mine, his, '1500.00'), 'INSUFFICIENT_FUNDS');
    const used = async () => {
      const { limits } = await of(bank(), jana).listLimits({});
      return limits.map(({ usedAmount, usedCount }) => `${usedAmount?.amount} ${usedCount}`)[0];
    };
    while ((await used()) !== '0.00 0') await new Promise((go) => setTimeout(go, 50));
    const ordered = async () => there((await teller().orderPayment(aPayment(mine, '100.00'))).paymentOrder);
    const reject = ({ paymentOrderId }: PaymentOrder) =>
      scheme().reportPayment({
        requestId: aRequestId(),
        paymentOrderId,
        state: PaymentOrderState.FAILED,
        isoReason: 'AC04',
      });
    const [rejected, kept] = [await ordered(), await ordered()];
    expect(await used()).to.equal('200.00 2');
    await reject(rejected);
    await untilIn(teller(), rejected.paymentOrderId, PaymentOrderState.FAILED);
    expect(await used()).to.equal('100.00 1');
    expect(lifeOfPayment(kept)).to.deep.equal(['CREATED', 'ACCEPTED']);
  });

  it('fails a payment of a later day that is more than a limit lets be paid on it', async () => {
    const { mine } = await somebody();
    const later = { ...aPayment(mine, '10.00'), requestedExecutionDate: await inDays(bank(), 3) };
    const { paymentOrderId } = there((await teller().orderPayment(later)).paymentOrder);
    await publishLimits(bank(), [aLimit('day', '5.00', { channel: LimitChannel.SCHEDULED })]);
    const due = 'update payment_order set execution_date = $1 where id = $2';
    await bank()
      .database('transaction')
      .query(due, [await inDays(bank(), 0), paymentOrderId]);
    const failed = await untilIn(teller(), paymentOrderId, PaymentOrderState.FAILED);
    expect(lifeOfPayment(failed)).to.deep.equal(['CREATED', 'FAILED LIMIT_EXCEEDED']);
  });

  it('is for two officers who have seen what they replace', async () => {
    const version = await publishLimits(bank(), []);
    const officers = executed(bank(), staff('COMPLIANCE'));
    const request = (more: object) => ({ requestId: aRequestId(), baseVersion: version, limits: [], ...more });
    await refused(officers.publishLimitSet(request({ baseVersion: version - 1 })), 'ETAG_MISMATCH');
    const twice = [aLimit('one', '1.00'), aLimit('one', '2.00')];
    await refused(officers.publishLimitSet(request({ limits: twice })), 'LIMITS_INVALID');
    await refused(officers.publishLimitSet(request({ limits: [aLimit('one', '0.00')] })), 'AMOUNT_NOT_POSITIVE');
    await refused(as(bank(), 'COMPLIANCE').publishLimitSet(request({})), 'CALLER_NOT_ALLOWED');
    const asked = request({ limits: [aLimit('one', '1.00')] });
    const answer = await officers.publishLimitSet(asked);
    expect(await officers.publishLimitSet(asked)).to.deep.equal(answer);
    expect(answer.limitSet?.coolingOffHours).to.equal(24);
    await publishLimits(bank(), []);
  });
});
