import { expect } from 'chai';
import { customer, refused, useService } from '#chassis/testing/service.ts';
import { ledger } from '../service.ts';

describe('GetBusinessDate', () => {
  const bank = useService(ledger);

  it('tells the day that is open, the time and the zone', async () => {
    const answer = await bank.as('transaction').getBusinessDate({});
    const today = Temporal.Now.zonedDateTimeISO('Europe/Prague').toPlainDate().toString();
    expect(answer.openDate).to.equal(today);
    expect(answer.closingDates).to.deep.equal([]);
    expect(answer.timeZone).to.equal('Europe/Prague');
    expect(Math.abs(Number(answer.clockTime?.seconds) * 1000 - Date.now())).to.be.below(5_000);
  });

  it('tells customers and staff too, but no stranger', async () => {
    expect((await bank.asPrincipal(customer('cus_1')).getBusinessDate({})).openDate).to.match(/^\d{4}-/);
    await refused(bank.asPrincipal(undefined).getBusinessDate({}), 'TOKEN_MISSING');
    await refused(bank.as('loan').getBusinessDate({}), 'CALLER_NOT_ALLOWED');
  });
});
