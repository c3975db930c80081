import { expect } from 'chai';
import fc from 'fast-check';
import { holds } from '#chassis/testing/property.ts';
import { czechHolidays } from '#rules/calendar.ts';
import { amountDue, dueAfter, nextDue, type Progress, type Terms } from './scheduling.ts';

const date = (text: string) => Temporal.PlainDate.from(text);
const HOLIDAYS = new Set(czechHolidays(2026).map((holiday) => holiday.date.toString()));

const TERMS: Terms = {
  amount: 1_000n,
  sweeps: false,
  startDate: '2026-01-31',
  recurrenceRule: 'FREQ=MONTHLY',
  businessDayConvention: 'UNADJUSTED',
  calendarCode: '',
  endDate: null,
  maximumCount: 0,
  maximumTotal: null,
  retryDays: 0,
};
const BEGUN: Progress = {
  state: 'active',
  dueDate: '2026-01-31',
  runDate: '2026-01-31',
  attempt: 0,
  paidCount: 0,
  paidTotal: 0n,
};

describe('A scheduled payment', () => {
  const cases: [string, Partial<Terms>, string, string][] = [
    // What it is; its terms; after which day; when it is due and paid.
    ['stays on the end of the month', {}, '2026-01-31', '2026-02-28 2026-02-28'],
    ['is due on its first day', {}, '2025-01-01', '2026-01-31 2026-01-31'],
    ['is over after its last day', { endDate: '2026-03-30' }, '2026-02-28', 'never'],
    ['is due once', { recurrenceRule: '' }, '2026-01-30', '2026-01-31 2026-01-31'],
    ['is not due again', { recurrenceRule: '' }, '2026-01-31', 'never'],
    // 31 January 2026 is a Saturday, 6 July a Monday and a holiday after a Sunday that is one.
    ['goes on to the next business day', { businessDayConvention: 'FOLLOWING' }, '2026-01-01', '2026-01-31 2026-02-02'],
    ['goes back to the one before', { businessDayConvention: 'PRECEDING' }, '2026-01-01', '2026-01-31 2026-01-30'],
    ['stays in its month', { businessDayConvention: 'MODIFIED_FOLLOWING' }, '2026-01-01', '2026-01-31 2026-01-30'],
    [
      'passes over holidays',
      { startDate: '2026-07-05', businessDayConvention: 'FOLLOWING' },
      '2026-07-01',
      '2026-07-05 2026-07-07',
    ],
  ];
  for (const [what, terms, after, expected] of cases) {
    it(what, async () => {
      const calendarCode = terms.businessDayConvention === undefined ? '' : 'CZ';
      const due = await nextDue({ ...TERMS, calendarCode, ...terms }, date(after), async () => HOLIDAYS);
      expect(due ? `${due.dueDate} ${due.runDate}` : 'never').to.equal(expected);
    });
  }

  it('stays on a day that its calendar does not know', async () => {
    const terms = { ...TERMS, calendarCode: 'CZ', businessDayConvention: 'FOLLOWING' } as const;
    const due = await nextDue(terms, date('2026-01-01'), async () => undefined);
    expect(due?.runDate).to.equal('2026-01-31');
  });

  it('is due by no rule that is none', () => {
    expect(dueAfter({ ...TERMS, recurrenceRule: 'FREQ=NEVER' }, date('2026-01-01'))).to.equal(undefined);
  });

  it('pays no more than is left of its total', () => {
    const terms = { ...TERMS, maximumTotal: 2_500n };
    const due = (paidTotal: bigint) => amountDue(terms, { ...BEGUN, paidTotal }, 0n, () => 0n);
    expect([due(0n), due(1_500n), due(2_000n)]).to.deep.equal([1_000n, 1_000n, 500n]);
  });

  it('sweeps the most that leaves the floor on the account with its fee, and nothing where there is less', async () => {
    const money = fc.bigInt({ min: -10_000n, max: 1_000_000n });
    const cents = fc.bigInt({ min: 0n, max: 5_000n });
    await holds(
      fc.property(money, cents, cents, fc.bigInt({ min: 0n, max: 50n }), (balance, floor, flat, percent) => {
        const feeOf = (amount: bigint) => (amount > 0n ? flat + (amount * percent) / 100n : 0n);
        const terms = { ...TERMS, sweeps: true, amount: floor };
        const amount = amountDue(terms, BEGUN, balance, feeOf);
        const left = balance - amount - feeOf(amount);
        expect(amount >= 0n && (amount === 0n || left >= floor), 'leaves the floor').to.equal(true);
        const more = amount + 1n;
        expect(balance - more - feeOf(more) < floor, 'is the most').to.equal(true);
      }),
      { runs: 200, proofRuns: 20_000 },
    );
  });
});
