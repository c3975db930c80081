import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { staff } from '#chassis/testing/service.ts';
import { useLedger } from '../testing.ts';
import { inShort } from '../testing-days.ts';

describe('WatchEndOfDay', () => {
  const bank = useLedger();

  it('tells how the steps of a day move, and when none is closing any more', async () => {
    const backOffice = bank.asPrincipal(staff('BACK_OFFICE'));
    const { openDate } = await backOffice.getBusinessDate({});
    const told: string[] = [];
    for await (const { days } of bank.asPrincipal(staff('AUDITOR')).watchEndOfDay({})) {
      told.push(days.flatMap(inShort).join() || 'none');
      if (told.length === 1) await backOffice.advanceBusinessDate({ requestId: newId('evt'), openDate });
      if (told.length === 2) await backOffice.closeBusinessDate({ requestId: newId('evt'), closingDate: openDate });
      if (told.length > 2 && told.at(-1) === 'none') break;
    }
    expect(told[0]).to.equal('none');
    expect(told[1]).to.match(/^expire-holds of ledger at 10: /);
    expect(told.at(-1)).to.equal('none');
  });
});
