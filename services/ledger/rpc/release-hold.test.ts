import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { refused } from '#chassis/testing/service.ts';
import { useLedger } from '../testing.ts';
import { holdsOf, inShort } from '../testing-holds.ts';

describe('ReleaseHold', () => {
  const bank = useLedger();
  const holds = holdsOf(bank);

  it('releases what is left of a hold, for good, and answers a repeat alike', async () => {
    const [alice, shop] = [await bank.funded('30.00'), await bank.open()];
    const id = await holds.placed(alice, shop, '30.00');
    await holds.capture(id, '10.00');
    expect(inShort(await holds.release(id, 'once'))).to.equal('RELEASED 3 captured 10.00 held 0.00');
    expect(inShort(await holds.release(id, 'once'))).to.equal('RELEASED 3 captured 10.00 held 0.00');
    expect(await holds.balances(alice)).to.equal('booked 20.00 held 0.00 in 0.00 available 20.00');
    expect(await holds.balances(shop)).to.equal('booked 10.00 held 0.00 in 0.00 available 10.00');
    const other = await holds.placed(alice, shop, '1.00');
    await refused(holds.release(other, 'once'), 'REQUEST_EXISTS');
  });

  it('releases a hold of a frozen account: it moves no money', async () => {
    const [alice, shop] = [await bank.funded('30.00'), await bank.open()];
    const id = await holds.placed(alice, shop, '30.00');
    const freeze = { requestId: newId('evt'), ledgerAccountId: alice, decreaseFrozen: true, increaseFrozen: true };
    await bank.as('account').setLedgerAccountFreeze(freeze);
    expect(inShort(await holds.release(id))).to.equal('RELEASED 2 captured 0.00 held 0.00');
  });

  it('says what would happen, and does nothing', async () => {
    const [alice, shop] = [await bank.funded('30.00'), await bank.open()];
    const id = await holds.placed(alice, shop, '30.00');
    await bank.as('transaction').releaseHold({ requestId: newId('evt'), holdId: id, validateOnly: true });
    expect(await holds.told(id)).to.equal('OPEN 1 captured 0.00 held 30.00');
  });

  it('refuses a hold that is over, or of another, with its reason, for ever', async () => {
    const [alice, shop] = [await bank.funded('30.00'), await bank.open()];
    const [captured, released, expired, open] = [
      await holds.placed(alice, shop, '1.00'),
      await holds.placed(alice, shop, '1.00'),
      await holds.placed(alice, shop, '1.00'),
      await holds.placed(alice, shop, '1.00'),
    ];
    await holds.capture(captured);
    await holds.release(released);
    await holds.ahead(7_200_000);
    try {
      await refused(holds.release(expired), 'HOLD_EXPIRED');
    } finally {
      await holds.ahead();
    }
    await refused(holds.release(expired), 'HOLD_EXPIRED');
    await refused(holds.release(captured), 'HOLD_CAPTURED');
    await refused(holds.release(released), 'HOLD_RELEASED');
    await refused(holds.release(newId('hld'), 'nothing'), 'HOLD_NOT_FOUND');
    await refused(bank.as('account').releaseHold({ requestId: newId('evt'), holdId: open }), 'HOLD_NOT_OWNED');
  });

  it('releases or captures, never both, when both are tried at once', async () => {
    const [alice, shop] = [await bank.funded('30.00'), await bank.open()];
    for (let round = 0; round < 10; round += 1) {
      const id = await holds.placed(alice, shop, '1.00');
      const tries = await Promise.allSettled([holds.release(id), holds.capture(id), holds.release(id)]);
      expect(tries.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    }
  });
});
