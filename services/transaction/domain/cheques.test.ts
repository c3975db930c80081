import { expect } from 'chai';
import { checkChequeDate, clearDate, returnCode } from './cheques.ts';

const day = (text: string) => Temporal.PlainDate.from(text);

describe('A cheque', () => {
  it('is paid from its day on, for six months', () => {
    checkChequeDate(day('2026-03-31'), day('2026-03-31'));
    checkChequeDate(day('2026-03-31'), day('2026-09-30'));
    const check = (date: string, open: string) => () => checkChequeDate(day(date), day(open));
    expect(check('2026-04-01', '2026-03-31')).to.throw().with.property('reason', 'CHEQUE_POST_DATED');
    expect(check('2026-03-31', '2026-10-01')).to.throw().with.property('reason', 'CHEQUE_STALE');
  });

  it('is cleared on the business day after the one on which it goes to the clearing', () => {
    const cutOff = Temporal.PlainTime.from('15:00');
    const table = [
      // a Tuesday, before and at the cut-off
      ['2026-11-24T14:59:59', '2026-11-25'],
      ['2026-11-24T15:00:00', '2026-11-26'],
      // a Friday, a Saturday
      ['2026-11-27T10:00:00', '2026-11-30'],
      ['2026-11-27T16:00:00', '2026-12-01'],
      ['2026-11-28T10:00:00', '2026-12-01'],
      // the day before Christmas
      ['2026-12-23T10:00:00', '2026-12-28'],
    ];
    for (const [time = '', expected] of table) {
      const at = Temporal.PlainDateTime.from(time).toZonedDateTime('Europe/Prague');
      const now = { openDate: at.toPlainDate(), now: at.toInstant(), timeZone: 'Europe/Prague' };
      expect(clearDate(cutOff, now).toString(), time).to.equal(expected);
    }
  });

  it('is sent back with a code of ISO, whatever it is refused for', () => {
    expect(returnCode('CHEQUE_STOPPED')).to.equal('SP01');
    expect(returnCode('INSUFFICIENT_FUNDS')).to.equal('AM04');
    expect(returnCode('ANYTHING')).to.equal('MS03');
  });
});
