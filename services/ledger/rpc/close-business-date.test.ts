import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import { journal, useLedger } from '../testing.ts';

describe('CloseBusinessDate', () => {
  const bank = useLedger();
  const backOffice = () => bank.asPrincipal(staff('BACK_OFFICE'));
  const close = (closingDate: string) => backOffice().closeBusinessDate({ requestId: newId('evt'), closingDate });

  it('ends a day that is in closing: nothing is booked on it any more', async () => {
    const cash = await bank.cash();
    const alice = await bank.open();
    const { openDate } = await backOffice().getBusinessDate({});
    await refused(close(openDate), 'BUSINESS_DATE_NOT_CLOSING');
    await backOffice().advanceBusinessDate({ requestId: newId('evt'), openDate });
    expect(await bank.post([journal(cash, alice, '1.00', { endOfDay: true })])).to.deep.equal(['posted']);
    expect(await close(openDate)).to.include({ closedDate: openDate });
    expect(await bank.post([journal(cash, alice, '1.00', { endOfDay: true })])).to.deep.equal([
      'BOOKING_DATE_NOT_OPEN',
    ]);
    await refused(close(openDate), 'BUSINESS_DATE_NOT_CLOSING');
    const events = await bank.database.query(
      'select type, aggregate_sequence::int as sequence from outbox where aggregate_id = $1 order by sequence',
      [`day_${openDate}`],
    );
    expect(events).to.deep.equal([
      { type: 'bank.ledger.v1.BusinessDateAdvanced', sequence: 1 },
      { type: 'bank.ledger.v1.BusinessDateClosed', sequence: 2 },
    ]);
  });

  it('waits for the steps of the day that services have registered', async () => {
    const [account, step] = [bank.as('account'), 'count-coins'];
    await account.registerDaySteps({ requestId: newId('evt'), steps: [{ name: step, position: 20 }] });
    const { openDate: businessDate } = await backOffice().getBusinessDate({});
    await backOffice().advanceBusinessDate({ requestId: newId('evt'), openDate: businessDate });
    await refused(close(businessDate), 'DAY_STEPS_NOT_DONE');
    await account.reportDayStep({ requestId: newId('evt'), businessDate, step, done: true });
    expect(await close(businessDate)).to.include({ closedDate: businessDate });
  });

  it('refuses a day that never was, or is none', async () => {
    await refused(close('1999-12-31'), 'BUSINESS_DATE_NOT_CLOSING');
    await refused(close('2026-02-30'), 'REQUEST_INVALID');
    const closing = { requestId: newId('evt'), closingDate: '1999-12-31' };
    await refused(bank.asPrincipal(staff('AUDITOR')).closeBusinessDate(closing), 'CALLER_NOT_ALLOWED');
  });
});
