import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import type { Account } from '#gen/bank/account/v1/account_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { openAccount, registerPerson } from '../../_testbed/opening.ts';
import { aRequestId, czk, of } from '../testing.ts';
import { aSchedule, dayIn, SCHEDULING, scheduled } from '../testing-schedules.ts';

describe('UpdateScheduledPayment', () => {
  const bank = useBank(SCHEDULING);
  let jana = '';
  let mine: Account;
  let his: Account;
  let id = '';

  before(async () => {
    jana = await registerPerson(bank());
    [mine, his] = await Promise.all([openAccount(bank(), { owners: [jana] }), openAccount(bank(), {})]);
    const terms = { recurrenceRule: 'FREQ=MONTHLY', maximumCount: 5, remittanceInformation: 'rent' };
    id = await scheduled(bank(), jana, aSchedule(mine, his, '2043-01-31', terms));
  });

  const change = (terms: object) =>
    of(bank(), jana).updateScheduledPayment({ requestId: aRequestId(), scheduledPaymentId: id, ...terms });

  it('changes what is named, and what is due next with it', async () => {
    const { scheduledPayment: first } = await change({ amount: { case: 'fixedAmount', value: czk('12') }, etag: '1' });
    expect(first?.amount).to.deep.include({ case: 'fixedAmount' });
    expect([first?.amount.value?.amount, first?.remittanceInformation, first?.nextDueDate, first?.etag]).to.deep.equal([
      '12.00',
      'rent',
      '2043-01-31',
      '2',
    ]);
    const moved = { recurrenceRule: 'FREQ=WEEKLY;BYDAY=FR', startDate: '2043-02-01', remittanceInformation: 'new' };
    const { scheduledPayment: second } = await change(moved);
    expect(second).to.deep.include({ nextDueDate: '2043-02-06', remittanceInformation: 'new', maximumCount: 5 });
    const { scheduledPayment: third } = await change({ maximumCount: 0, updateMask: { paths: ['maximum_count'] } });
    expect(third?.maximumCount).to.equal(0);
    expect(third?.changes.map(({ reason, version }) => `${reason} ${version}`)).to.deep.equal([
      'SCHEDULED 1',
      'CHANGED 2',
      'CHANGED 3',
      'CHANGED 4',
    ]);
  });

  it('refuses what was changed since, what does not fit, and what is over', async () => {
    await refused(change({ retryDays: 1, etag: '1' }), 'ETAG_MISMATCH');
    await refused(change({ recurrenceRule: 'FREQ=NEVER' }), 'RECURRENCE_RULE_INVALID');
    await refused(change({ startDate: await dayIn(bank(), 0) }), 'START_DATE_NOT_LATER');
    const euros = { case: 'fixedAmount', value: { currencyCode: 'EUR', amount: '1' } };
    await refused(change({ amount: euros }), 'CURRENCY_MISMATCH');
    await refused(change({ updateMask: { paths: ['debtor_account_id'] } }), 'REQUEST_INVALID');
    const stranger = of(bank(), await registerPerson(bank()));
    const asked = { requestId: aRequestId(), scheduledPaymentId: id, retryDays: 1 };
    await refused(stranger.updateScheduledPayment(asked), 'SCHEDULED_PAYMENT_NOT_FOUND');
    await of(bank(), jana).cancelScheduledPayment({ requestId: aRequestId(), scheduledPaymentId: id });
    await refused(change({ retryDays: 1 }), 'SCHEDULED_PAYMENT_ENDED');
  });
});
