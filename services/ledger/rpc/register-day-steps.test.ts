import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import { useLedger } from '../testing.ts';
import { stepsOf } from '../testing-days.ts';

describe('RegisterDaySteps', () => {
  const bank = useLedger();
  const register = (workload: 'account' | 'transaction', ...steps: { name: string; position: number }[]) =>
    bank.as(workload).registerDaySteps({ requestId: newId('evt'), steps });

  it('adds steps to the days that are put in closing from now on, each of its service', async () => {
    await register('account', { name: 'accrue-interest', position: 30 });
    await register('account', { name: 'accrue-interest', position: 20 }, { name: 'post-interest', position: 40 });
    await refused(register('transaction', { name: 'post-interest', position: 1 }), 'DAY_STEP_NOT_OWNED');
    await refused(register('account', { name: 'Not a name', position: 1 }), 'REQUEST_INVALID');
    const backOffice = bank.asPrincipal(staff('BACK_OFFICE'));
    const { openDate } = await backOffice.getBusinessDate({});
    await backOffice.advanceBusinessDate({ requestId: newId('evt'), openDate });
    await register('transaction', { name: 'too-late', position: 50 });
    expect(await stepsOf(bank, openDate)).to.deep.equal([
      'expire-holds of ledger at 10: DONE',
      'accrue-interest of account at 20: PENDING, due',
      'post-interest of account at 40: PENDING',
    ]);
  });
});
