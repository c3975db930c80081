import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { LimitSubject } from '#gen/bank/transaction/v1/limit_pb.ts';
import { openAccount, payIn, registerPerson } from '../../_testbed/opening.ts';
import { aRequestId, aTransfer, czk, of } from '../testing.ts';
import { aLimit, publishLimits } from '../testing-limits.ts';
import { usePayments } from '../testing-payments.ts';

describe('LowerLimit', function lowerLimit() {
  this.timeout(120_000);
  const { bank } = usePayments();

  it('holds what the customer orders to less than the bank does, at once', async () => {
    const [jana, petr] = [await registerPerson(bank()), await registerPerson(bank())];
    const [mine, second] = [
      await openAccount(bank(), { owners: [jana] }),
      await openAccount(bank(), { owners: [petr] }),
    ];
    await payIn(bank(), mine, '100.00');
    await publishLimits(bank(), [
      aLimit('day', '50.00'),
      aLimit('account', '90.00', { subject: LimitSubject.ACCOUNT }),
    ]);
    const own = of(bank(), jana);
    const lower = (amount: string, code = 'day') =>
      own.lowerLimit({ requestId: aRequestId(), code, amount: czk(amount) });
    const request = { requestId: aRequestId(), code: 'day', amount: czk('10.00') };
    const answer = await own.lowerLimit(request);
    expect(answer.limit?.ownAmount?.amount).to.equal('10.00');
    expect(await own.lowerLimit(request)).to.deep.equal(answer);
    await refused(lower('10.00'), 'LIMIT_NOT_LOWER');
    await refused(lower('1.00', 'account'), 'LIMIT_NOT_FOUND');
    const euros = { requestId: aRequestId(), code: 'day', amount: { currencyCode: 'EUR', amount: '1.00' } };
    await refused(own.lowerLimit(euros), 'CURRENCY_MISMATCH');
    await refused(own.transferFunds(aTransfer(mine, second, '10.01')), 'LIMIT_EXCEEDED');
    const { limits } = await own.listLimits({});
    expect(limits.map(({ limit, ownAmount }) => [limit?.code, ownAmount?.amount])).to.deep.equal([['day', '10.00']]);
    await publishLimits(bank(), []);
  });
});
