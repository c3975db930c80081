import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import { journal, useLedger } from '../testing.ts';
import { stepsOf } from '../testing-days.ts';

describe('ReportDayStep', () => {
  const bank = useLedger();
  const backOffice = () => bank.asPrincipal(staff('BACK_OFFICE'));

  it('moves the steps of a day in their order; the day ends when all are done, and is booked on meanwhile', async () => {
    const steps = [
      { name: 'first', position: 20 },
      { name: 'second', position: 30 },
    ];
    await bank.as('account').registerDaySteps({ requestId: newId('evt'), steps });
    const { openDate: businessDate } = await backOffice().getBusinessDate({});
    const report = (step: string, done: boolean, more: object = {}) =>
      bank.as('account').reportDayStep({ requestId: newId('evt'), businessDate, step, done, doneCount: 7, ...more });
    await refused(report('first', false), 'DAY_STEP_NOT_FOUND');

    await backOffice().advanceBusinessDate({ requestId: newId('evt'), openDate: businessDate });
    const close = () => backOffice().closeBusinessDate({ requestId: newId('evt'), closingDate: businessDate });
    await refused(close(), 'DAY_STEPS_NOT_DONE');
    const foreign = { requestId: newId('evt'), businessDate, step: 'first' };
    await refused(bank.as('transaction').reportDayStep(foreign), 'DAY_STEP_NOT_OWNED');
    await refused(report('second', true), 'DAY_STEP_NOT_DUE');

    expect((await report('first', false)).step).to.deep.include({ doneCount: 7, due: true });
    expect(await stepsOf(bank, businessDate)).to.deep.equal([
      'expire-holds of ledger at 10: DONE',
      'first of account at 20: RUNNING, due',
      'second of account at 30: PENDING',
    ]);
    await report('first', true, { setAsideCount: 1 });
    const cash = await bank.cash();
    const alice = await bank.open();
    expect(
      await bank.post([journal(cash, alice, '1.00', { endOfDay: true }), journal(cash, alice, '1.00')]),
    ).to.deep.equal(['posted', 'posted']);
    await refused(close(), 'DAY_STEPS_NOT_DONE');
    await report('second', true);
    // What is done stays done, its counts may still change.
    const { step } = await report('first', false, { doneCount: 8 });
    expect(step).to.deep.include({ due: false, doneCount: 8, setAsideCount: 0 });
    expect(await close()).to.include({ closedDate: businessDate });
    await bank.database.query(`update day_step set state = 'running', end_time = null where name = 'first'`).then(
      () => expect.fail('a step that is done was undone'),
      (error: Error) => expect(error.message).to.equal('a step that is done stays done'),
    );
  });
});
