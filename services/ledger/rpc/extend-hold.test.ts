import { timestampMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { refused } from '#chassis/testing/service.ts';
import { useLedger } from '../testing.ts';
import { holdsOf, inShort } from '../testing-holds.ts';

describe('ExtendHold', () => {
  const bank = useLedger();
  const holds = holdsOf(bank);
  const HOUR = 3_600_000;
  const later = (hours: number) => Date.now() + hours * HOUR;

  it('lets a hold expire later, and answers a repeat as the first time', async () => {
    const [alice, shop] = [await bank.funded('30.00'), await bank.open()];
    const id = await holds.placed(alice, shop, '30.00');
    const to = later(3);
    const first = await holds.extend(id, to, 'once');
    expect(inShort(first)).to.equal('OPEN 2 captured 0.00 held 30.00');
    expect(first?.expireTime && timestampMs(first.expireTime)).to.equal(to);
    await holds.ahead(2 * HOUR);
    try {
      await holds.capture(id, '1.00');
    } finally {
      await holds.ahead();
    }
    expect(await holds.extend(id, to, 'once')).to.deep.equal(first);
    await refused(holds.extend(id, to + 1, 'once'), 'REQUEST_EXISTS');
  });

  it('refuses what is not later, a hold that is over, or of another, with its reason, for ever', async () => {
    const [alice, shop] = [await bank.funded('30.00'), await bank.open()];
    const [captured, released, expired, open] = [
      await holds.placed(alice, shop, '1.00'),
      await holds.placed(alice, shop, '1.00'),
      await holds.placed(alice, shop, '1.00'),
      await holds.placed(alice, shop, '1.00', {
        expireTime: { seconds: BigInt(Math.floor(later(9) / 1000)), nanos: 0 },
      }),
    ];
    await holds.capture(captured);
    await holds.release(released);
    await holds.ahead(2 * HOUR);
    try {
      await refused(holds.extend(expired, later(4)), 'HOLD_EXPIRED');
    } finally {
      await holds.ahead();
    }
    await refused(holds.extend(expired, later(4)), 'HOLD_EXPIRED');
    await refused(holds.extend(captured, later(4)), 'HOLD_CAPTURED');
    await refused(holds.extend(released, later(4)), 'HOLD_RELEASED');
    await refused(holds.extend(open, later(8)), 'HOLD_EXPIRE_TIME_NOT_LATER');
    await refused(holds.extend(newId('hld'), later(4)), 'HOLD_NOT_FOUND');
    const foreign = { requestId: newId('evt'), holdId: open, expireTime: { seconds: 4_000_000_000n, nanos: 0 } };
    await refused(bank.as('account').extendHold(foreign), 'HOLD_NOT_OWNED');
    await refused(bank.as('transaction').extendHold({ requestId: newId('evt'), holdId: open }), 'REQUEST_INVALID');
  });
});
