import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import { useLedger } from '../testing.ts';
import { inShort } from '../testing-days.ts';

describe('GetEndOfDay', () => {
  const bank = useLedger();
  const backOffice = () => bank.asPrincipal(staff('BACK_OFFICE'));

  it('shows the checklist of the days that are closing, and of a day that was', async () => {
    const { openDate } = await backOffice().getBusinessDate({});
    const auditor = bank.asPrincipal(staff('AUDITOR'));
    expect((await auditor.getEndOfDay({})).days).to.deep.equal([]);
    expect((await auditor.getEndOfDay({ businessDate: openDate })).days).to.deep.equal([]);
    await backOffice().advanceBusinessDate({ requestId: newId('evt'), openDate });
    const { days } = await auditor.getEndOfDay({});
    expect(days.map(({ businessDate }) => businessDate)).to.deep.equal([openDate]);
    expect(days.flatMap(inShort)).to.deep.equal(['expire-holds of ledger at 10: DONE']);
    await backOffice().closeBusinessDate({ requestId: newId('evt'), closingDate: openDate });
    expect((await auditor.getEndOfDay({})).days).to.deep.equal([]);
    const closed = (await auditor.getEndOfDay({ businessDate: openDate })).days.flatMap(inShort);
    expect(closed).to.deep.equal(['expire-holds of ledger at 10: DONE']);
    await refused(auditor.getEndOfDay({ businessDate: '2026-02-30' }), 'REQUEST_INVALID');
    await refused(bank.asPrincipal(staff('TELLER')).getEndOfDay({}), 'CALLER_NOT_ALLOWED');
  });
});
