import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/service.ts';
import { type Account, AccountType } from '#gen/bank/account/v1/account_pb.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
import { MandateAction, SignatoryRole } from '#gen/bank/account/v1/mandate_pb.ts';
import { BusinessDayConvention, ScheduledPaymentState } from '#gen/bank/transaction/v1/scheduled_payment_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { openAccount, registerPerson } from '../../_testbed/opening.ts';
import { aRequestId, as, czk, dump, of, there } from '../testing.ts';
import { aSchedule, dayIn, SCHEDULING, scheduled, scheduleOf } from '../testing-schedules.ts';

describe('SchedulePayment', () => {
  const bank = useBank(SCHEDULING);
  let jana = '';
  let mine: Account;
  let his: Account;
  let tomorrow = '';

  before(async () => {
    jana = await registerPerson(bank());
    [mine, his] = await Promise.all([openAccount(bank(), { owners: [jana] }), openAccount(bank(), {})]);
    tomorrow = await dayIn(bank(), 1);
  });

  it('schedules a transfer, moves nothing, and answers the same again', async () => {
    const request = { ...aSchedule(mine, his, tomorrow), remittanceInformation: 'for the operation of Alena' };
    const tried = await of(bank(), jana).schedulePayment({ ...request, validateOnly: true });
    expect(tried.scheduledPayment?.nextRunDate).to.equal(tomorrow);
    const { scheduledPayment } = await of(bank(), jana).schedulePayment(request);
    expect(scheduledPayment).to.deep.include({
      state: ScheduledPaymentState.ACTIVE,
      debtorAccountId: mine.accountId,
      creditorAccountId: his.accountId,
      remittanceInformation: 'for the operation of Alena',
      nextDueDate: tomorrow,
      nextRunDate: tomorrow,
      etag: '1',
    });
    expect(scheduledPayment?.changes.map(({ reason }) => reason)).to.deep.equal(['SCHEDULED']);
    expect((await of(bank(), jana).schedulePayment(request)).scheduledPayment).to.deep.equal(scheduledPayment);
    expect(await scheduleOf(bank(), there(scheduledPayment).scheduledPaymentId)).to.deep.equal(scheduledPayment);
    expect(await dump(bank().database('transaction'))).not.to.contain('Alena');
  });

  it('takes a rule with the end of the month, and a payee by IBAN', async () => {
    const terms = { recurrenceRule: 'FREQ=MONTHLY;BYMONTHDAY=31', creditor: { case: 'creditorIban', value: his.iban } };
    const id = await scheduled(bank(), jana, aSchedule(mine, his, '2043-02-01', terms as object));
    const { nextDueDate, creditorAccountId } = await scheduleOf(bank(), id);
    expect([nextDueDate, creditorAccountId]).to.deep.equal(['2043-02-28', his.accountId]);
  });

  it('refuses what does not go together, and what could never be paid', async () => {
    const ask = (terms: object, startDate = tomorrow) =>
      of(bank(), jana).schedulePayment(aSchedule(mine, his, startDate, terms));
    const today = await dayIn(bank(), 0);
    const { FOLLOWING } = BusinessDayConvention;
    await refused(ask({}, today), 'START_DATE_NOT_LATER');
    await refused(ask({}, '2043-02-30'), 'REQUEST_INVALID');
    for (const recurrenceRule of [
      'FREQ=HOURLY',
      'FREQ=MONTHLY;COUNT=3',
      'RSCALE=GREGORIAN;FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30',
    ]) {
      await refused(ask({ recurrenceRule }), 'RECURRENCE_RULE_INVALID');
    }
    await refused(ask({ maximumCount: 2 }), 'SCHEDULE_INVALID');
    await refused(ask({ businessDayConvention: FOLLOWING }), 'SCHEDULE_INVALID');
    await refused(ask({ recurrenceRule: 'FREQ=DAILY', endDate: today }), 'SCHEDULE_INVALID');
    await refused(ask({ businessDayConvention: FOLLOWING, calendarCode: 'XX' }), 'CALENDAR_NOT_FOUND');
    const far = { businessDayConvention: FOLLOWING, calendarCode: 'CZ' };
    await refused(ask(far, '9999-12-31'), 'CALENDAR_NOT_FOUND');
    await refused(ask({ creditor: { case: 'creditorIban', value: 'CZ0012345678' } }), 'IBAN_INVALID');
    await refused(ask({ amount: { case: 'fixedAmount', value: czk('0') } }), 'AMOUNT_NOT_POSITIVE');
    const euros = { recurrenceRule: 'FREQ=DAILY', maximumTotal: { currencyCode: 'EUR', amount: '5' } };
    await refused(ask(euros), 'CURRENCY_MISMATCH');
    await refused(of(bank(), jana).schedulePayment(aSchedule(mine, mine, tomorrow)), 'SAME_ACCOUNT');
  });

  it('is for whoever may order the payment, and staff', async () => {
    const stranger = await registerPerson(bank());
    await refused(of(bank(), stranger).schedulePayment(aSchedule(mine, his, tomorrow)), 'ACCOUNT_NOT_FOUND');
    await refused(as(bank(), 'AUDITOR').schedulePayment(aSchedule(mine, his, tomorrow)), 'CALLER_NOT_ALLOWED');
    const two = await openAccount(bank(), { owners: [jana, stranger], type: AccountType.JOINT });
    await haveBothSign(two, [jana, stranger]);
    await refused(of(bank(), jana).schedulePayment(aSchedule(two, his, tomorrow)), 'SIGNATURES_REQUIRED');
    const { scheduledPayment } = await as(bank(), 'TELLER').schedulePayment(aSchedule(two, his, tomorrow));
    expect(scheduledPayment?.state).to.equal(ScheduledPaymentState.ACTIVE);
  });

  /** Gives an account a mandate by which nobody pays alone. */
  async function haveBothSign({ accountId }: Account, customerIds: readonly string[]): Promise<void> {
    const maker = { ...staff('BACK_OFFICE'), approverId: 'stf_checker' };
    await bank()
      .asPrincipal(AccountService, maker, { workload: 'security-executor' })
      .setMandate({
        requestId: aRequestId(),
        accountId,
        signatories: customerIds.map((customerId) => ({ customerId, role: SignatoryRole.SIGNER })),
        rules: [{ action: MandateAction.PAY, requirements: [{ count: 2, customerIds: [...customerIds] }] }],
      });
  }
});
