import { expect } from 'chai';
import { eventsOf } from '#chassis/testing/events.ts';
import { refused } from '#chassis/testing/service.ts';
import { type Account, FreezeReason } from '#gen/bank/account/v1/account_pb.ts';
import { BusinessDayConvention } from '#gen/bank/transaction/v1/scheduled_payment_pb.ts';
import { useBank } from '../_testbed/bank.ts';
import { endDay } from '../_testbed/days.ts';
import { checkLaws } from '../_testbed/laws.ts';
import { accountsAs, openAccount, registerPerson } from '../_testbed/opening.ts';
import { limitDay } from '../_testbed/tiers-by-hand.ts';
import { aRequestId, balanceOf, czk, deposit, of } from './testing.ts';
import {
  aSchedule,
  dayIn,
  runsInShort,
  SCHEDULING,
  scheduled,
  scheduleInShort,
  scheduleOf,
  untilRegistered,
} from './testing-schedules.ts';

describe('Scheduled payments, as the days end', function suite() {
  this.timeout(120_000);
  const bank = useBank(SCHEDULING);
  const daily = { recurrenceRule: 'FREQ=DAILY' };
  let jana = '';
  let first = '';
  let payee: Account;
  const ids: Record<string, string> = {};
  const accounts: Record<string, Account> = {};

  before('schedules them all, and ends three days', async () => {
    await untilRegistered(bank());
    jana = await registerPerson(bank());
    payee = await openAccount(bank(), {});
    first = await dayIn(bank(), 0);
    const start = await dayIn(bank(), 1);
    const plan = async (
      name: string,
      money: string,
      terms: Parameters<typeof aSchedule>[3] = {},
      day = start,
      owner = jana,
    ) => {
      const account = await openAccount(bank(), { owners: [owner] });
      accounts[name] = account;
      if (money !== '0') await deposit(bank(), account, money);
      ids[name] = await scheduled(bank(), owner, aSchedule(account, payee, day, terms));
    };
    const fixed = (amount: string) => ({ amount: { case: 'fixedAmount' as const, value: czk(amount) } });
    const above = (amount: string) => ({ amount: { case: 'balanceAbove' as const, value: czk(amount) } });
    await plan('once', '100');
    await plan('poor', '0', { retryDays: 1 });
    await plan('late', '0', { retryDays: 2 });
    await plan('twice', '100', { ...daily, maximumCount: 2 });
    await plan('total', '100', { ...daily, maximumTotal: czk('25') });
    await plan('until', '100', { ...daily, endDate: await dayIn(bank(), 2) });
    await plan('sweep', '200', { ...daily, ...above('50') });
    await plan('whole', '200', above('0'));
    await plan('daily', '15', { ...daily, retryDays: 3 });
    await plan('frozen', '100');
    await plan('paused', '100', daily);
    await plan('cancelled', '100');
    await plan('closed', '0', { ...daily, retryDays: 3 });
    await plan('changed', '100', daily);
    await plan('lowered', '0', { retryDays: 2 });
    const small = await registerPerson(bank());
    await limitDay(bank().database('account'), small, '5.00');
    await plan('limited', '100', {}, start, small);
    await plan('later', '100', fixed('30'), await dayIn(bank(), 3));
    const id = (name: string) => ({ requestId: aRequestId(), scheduledPaymentId: ids[name] ?? '' });
    const customer = of(bank(), jana);
    await customer.pauseScheduledPayment(id('paused'));
    await customer.cancelScheduledPayment(id('cancelled'));
    await accountsAs(bank(), 'COMPLIANCE').freezeAccount({
      requestId: aRequestId(),
      accountId: accounts['frozen']?.accountId ?? '',
      debits: true,
      reason: FreezeReason.COURT_ORDER,
    });
    const closing = { requestId: aRequestId(), accountId: accounts['closed']?.accountId ?? '' };
    await accountsAs(bank(), 'BACK_OFFICE').closeAccount(closing);
    await endDay(bank());
    await deposit(bank(), accounts['late'] as Account, '50');
    await customer.updateScheduledPayment({ ...id('changed'), amount: { case: 'fixedAmount', value: czk('1.50') } });
    await deposit(bank(), accounts['lowered'] as Account, '5');
    await customer.updateScheduledPayment({ ...id('lowered'), amount: { case: 'fixedAmount', value: czk('5') } });
    await endDay(bank());
    await customer.resumeScheduledPayment(id('paused'));
    await endDay(bank());
  });

  // The day on which it was due and that on which it was tried, counted from the first, and what became of it.
  const cases: [string, string, string, string[]][] = [
    ['once', 'pays once, and is over', 'COMPLETED 1 10.00', ['1 1 PAID 10.00']],
    ['later', 'pays on the day that was given', 'COMPLETED 1 30.00', ['3 3 PAID 30.00']],
    [
      'poor',
      'fails when its tries are over',
      'FAILED 0 0.00',
      ['1 1 REFUSED 10.00 INSUFFICIENT_FUNDS', '1 2 REFUSED 10.00 INSUFFICIENT_FUNDS'],
    ],
    [
      'late',
      'pays on a later day what could not be paid',
      'COMPLETED 1 10.00',
      ['1 1 REFUSED 10.00 INSUFFICIENT_FUNDS', '1 2 PAID 10.00'],
    ],
    [
      'lowered',
      'pays what was changed since it could not be paid, on the day on which it is tried again',
      'COMPLETED 1 5.00',
      ['1 1 REFUSED 10.00 INSUFFICIENT_FUNDS', '1 2 PAID 5.00'],
    ],
    [
      'limited',
      'sets aside what is more than its customer may pay on a day, and the day ends',
      'FAILED 0 0.00',
      ['1 1 REFUSED 10.00 TIER_DAY_LIMIT_EXCEEDED'],
    ],
    ['twice', 'ends after a count', 'COMPLETED 2 20.00', ['1 1 PAID 10.00', '2 2 PAID 10.00']],
    [
      'total',
      'ends with a total, of which the last pays what is left',
      'COMPLETED 3 25.00',
      ['1 1 PAID 10.00', '2 2 PAID 10.00', '3 3 PAID 5.00'],
    ],
    ['until', 'ends with a date', 'COMPLETED 2 20.00', ['1 1 PAID 10.00', '2 2 PAID 10.00']],
    [
      'sweep',
      'pays what is above a floor, and nothing where nothing is',
      'ACTIVE 1 150.00',
      ['1 1 PAID 150.00', '2 2 SKIPPED NOTHING_TO_PAY', '3 3 SKIPPED NOTHING_TO_PAY'],
    ],
    ['whole', 'pays the whole balance', 'COMPLETED 1 200.00', ['1 1 PAID 200.00']],
    [
      'daily',
      'gives a day up when the next one comes',
      'ACTIVE 1 10.00',
      ['1 1 PAID 10.00', '2 2 REFUSED 10.00 INSUFFICIENT_FUNDS', '3 3 REFUSED 10.00 INSUFFICIENT_FUNDS'],
    ],
    ['frozen', 'is judged again when it is paid', 'FAILED 0 0.00', ['1 1 REFUSED 10.00 ACCOUNT_FROZEN']],
    ['closed', 'ends when its account is closed', 'FAILED 0 0.00', ['1 1 REFUSED 10.00 ACCOUNT_CLOSED']],
    ['paused', 'does not make up for what was paused', 'ACTIVE 1 10.00', ['3 3 PAID 10.00']],
    ['cancelled', 'pays nothing once it is cancelled', 'CANCELLED 0 0.00', []],
    [
      'changed',
      'pays by its new terms from its next day on',
      'ACTIVE 3 13.00',
      ['1 1 PAID 10.00', '2 2 PAID 1.50', '3 3 PAID 1.50'],
    ],
  ];
  for (const [name, what, state, runs] of cases) {
    it(what, async () => {
      expect(await runsInShort(bank(), ids[name] ?? '', first)).to.deep.equal(runs);
      expect(await scheduleInShort(bank(), ids[name] ?? '')).to.equal(state);
    });
  }

  it('moves the money, and leaves every law of the ledger as it is', async () => {
    expect(await balanceOf(bank(), accounts['sweep'] as Account)).to.equal('50.00');
    expect(await balanceOf(bank(), accounts['total'] as Account)).to.equal('75.00');
    expect(await balanceOf(bank(), payee)).to.equal('503.00');
    await checkLaws(bank().database('ledger').superuserUrl);
  });

  it('tells each step of its life once, and what failed for good', async () => {
    const events = (name: string) => eventsOf(bank().database('transaction'), ids[name] ?? '');
    expect(await events('once')).to.deep.equal(['ScheduledPaymentChanged 1', 'ScheduledPaymentChanged 2']);
    expect(await events('poor')).to.deep.equal([
      'ScheduledPaymentChanged 1',
      'ScheduledPaymentFailed 2',
      'ScheduledPaymentChanged 3',
    ]);
    expect(await events('daily')).to.deep.equal([
      'ScheduledPaymentChanged 1',
      'ScheduledPaymentFailed 2',
      'ScheduledPaymentFailed 3',
    ]);
    const { changes } = await scheduleOf(bank(), ids['paused'] ?? '');
    expect(changes.map(({ reason, actorId }) => [reason, actorId === jana])).to.deep.equal([
      ['SCHEDULED', true],
      ['PAUSED', true],
      ['RESUMED', true],
    ]);
  });

  it('leaves no transaction of what could not be paid, and one of what was', async () => {
    const listed = async (name: string) => {
      const { accountId = '' } = accounts[name] ?? {};
      return (await of(bank(), jana).listTransactions({ accountId })).transactions.map(({ amount }) => amount?.amount);
    };
    expect(await listed('poor')).to.deep.equal([]);
    expect(await listed('total')).to.deep.equal(['5.00', '10.00', '10.00', '100.00']);
  });

  it('reports of each day how many were paid, and how many set aside', async () => {
    const steps = await bank()
      .database('ledger')
      .query(`select done_count, set_aside_count from day_step where name = 'pay-scheduled' order by date`);
    expect(steps).to.deep.equal([
      { done_count: 8, set_aside_count: 6 },
      { done_count: 7, set_aside_count: 2 },
      { done_count: 5, set_aside_count: 1 },
    ]);
  });

  it('pays on the business day that the calendar has', async () => {
    const account = await openAccount(bank(), { owners: [jana] });
    // Christmas of a year that is a Friday: on to Monday, back to Wednesday.
    const on = async (convention: keyof typeof BusinessDayConvention) => {
      const businessDayConvention = BusinessDayConvention[convention];
      const terms = { businessDayConvention, calendarCode: 'CZ', recurrenceRule: 'FREQ=YEARLY' };
      const id = await scheduled(bank(), jana, aSchedule(account, payee, '2043-12-25', terms));
      const { nextDueDate, nextRunDate } = await scheduleOf(bank(), id);
      return `${nextDueDate} ${nextRunDate}`;
    };
    expect(await on('FOLLOWING')).to.equal('2043-12-25 2043-12-28');
    expect(await on('PRECEDING')).to.equal('2043-12-25 2043-12-23');
    const id = aSchedule(account, payee, '2043-12-25', { calendarCode: 'XX', businessDayConvention: 2 });
    await refused(of(bank(), jana).schedulePayment(id), 'CALENDAR_NOT_FOUND');
  });
});
