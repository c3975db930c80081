import { expect } from 'chai';
import { recordsOf } from '#chassis/testing/events.ts';
import { refused } from '#chassis/testing/service.ts';
import { aRequestId, as, balancesOf, czk, holdInShort, placed } from '../testing.ts';
import { useSides } from '../testing-holds.ts';

describe('ReleaseHold', () => {
  const { bank, payer, payee, stranger, mine, his } = useSides();
  const release = (holdId: string, more: { validateOnly?: boolean } = {}) => ({
    requestId: aRequestId(),
    holdId,
    ...more,
  });

  it('lets go what is kept, for good', async () => {
    const { holdId } = await placed(bank(), mine(), his(), '60');
    await payee().captureHold({ requestId: aRequestId(), holdId, amount: czk('20') });
    const rehearsed = await payee().releaseHold(release(holdId, { validateOnly: true }));
    expect(holdInShort(rehearsed.hold)).to.equal('RELEASED 60.00 captured 20.00 held 0.00');
    expect(await balancesOf(bank(), mine())).to.equal('booked 80.00 held 40.00 in 0.00 available 40.00');
    const request = release(holdId);
    const { hold } = await payee().releaseHold(request);
    expect(holdInShort(hold)).to.equal('RELEASED 60.00 captured 20.00 held 0.00');
    expect((await payee().releaseHold(request)).hold).to.deep.equal(hold);
    expect(await balancesOf(bank(), mine())).to.equal('booked 80.00 held 0.00 in 0.00 available 80.00');
    await refused(payee().releaseHold(release(holdId)), 'HOLD_RELEASED');
    await refused(payee().captureHold({ requestId: aRequestId(), holdId, amount: czk('1') }), 'HOLD_RELEASED');
    const [record] = await recordsOf(bank().database('transaction'), request.requestId);
    expect(record?.resourceIds).to.deep.equal([holdId, mine().accountId, his().accountId]);
  });

  it('is for the payee and for staff, not for the payer, who has promised it', async () => {
    const { holdId } = await placed(bank(), mine(), his(), '60');
    await refused(payer().releaseHold(release(holdId)), 'CREDITOR_REQUIRED');
    await refused(stranger().releaseHold(release(holdId)), 'HOLD_NOT_FOUND');
    await as(bank(), 'BACK_OFFICE').releaseHold(release(holdId));
  });
});
