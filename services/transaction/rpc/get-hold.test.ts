import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import { as, placed } from '../testing.ts';
import { useSides } from '../testing-holds.ts';

describe('GetHold', () => {
  const { bank, payer, payee, stranger, mine, his } = useSides();

  it('reads it for both sides and for staff, and for nobody else', async () => {
    const hold = await placed(bank(), mine(), his(), '60');
    const { holdId } = hold;
    for (const client of [payer(), payee(), as(bank(), 'AUDITOR')]) {
      expect((await client.getHold({ holdId })).hold).to.deep.equal(hold);
    }
    const foreign = await refused(stranger().getHold({ holdId }), 'HOLD_NOT_FOUND');
    const unknown = await refused(stranger().getHold({ holdId: 'hld_unknown' }), 'HOLD_NOT_FOUND');
    expect(JSON.stringify(foreign)).to.equal(JSON.stringify(unknown));
    await refused(as(bank(), 'AUDITOR').getHold({ holdId: 'hld_unknown' }), 'HOLD_NOT_FOUND');
  });
});
