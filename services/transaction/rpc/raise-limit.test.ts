import { timestampMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { useBank } from '../../_testbed/bank.ts';
import { aSigner } from '../../_testbed/signers.ts';
import { aRequestId, czk, of } from '../testing.ts';
import { aLimit, publishLimits } from '../testing-limits.ts';

describe('RaiseLimit', function raiseLimit() {
  this.timeout(120_000);
  const services = ['ledger', 'customer', 'account', 'security', 'transaction'] as const;
  const bank = useBank({ edge: false, services });

  it('raises a limit up to the bank’s once its customer has proved who they are and its cooling-off is over', async () => {
    const holder = await aSigner(bank());
    const own = of(bank(), holder.customerId);
    await publishLimits(bank(), [aLimit('day', '50.00')], 48);
    const asked = (amount: string, code = 'day') => ({ requestId: aRequestId(), code, amount: czk(amount) });
    const raise = (...what: Parameters<typeof asked>) => {
      const request = asked(...what);
      return holder.proving(() => own.raiseLimit(request));
    };
    await own.lowerLimit(asked('10.00'));
    await refused(raise('50.01'), 'LIMIT_ABOVE_BANK');
    await refused(raise('10.00'), 'LIMIT_NOT_HIGHER');
    await refused(raise('20.00', 'none'), 'LIMIT_NOT_FOUND');
    const before = Date.now();
    const { limit } = await raise('30.00');
    expect([limit?.ownAmount?.amount, limit?.nextAmount?.amount]).to.deep.equal(['10.00', '30.00']);
    expect(limit?.nextTime && timestampMs(limit.nextTime)).to.be.at.least(before + 48 * 3_600_000);
    // As if that time had passed.
    await bank().database('transaction').query(`update own_limit set next_time = now() - interval '1 hour'`);
    const ownNow = async () =>
      (await own.listLimits({})).limits.map(({ ownAmount, nextAmount }) => [ownAmount?.amount, nextAmount?.amount])[0];
    expect(await ownNow()).to.deep.equal(['30.00', undefined]);
    await raise('40.00');
    // Lowered again, it is not raised any more.
    await own.lowerLimit(asked('20.00'));
    expect(await ownNow()).to.deep.equal(['20.00', undefined]);
  });
});
