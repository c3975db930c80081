import { expect } from 'chai';
import fc from 'fast-check';
import { holds } from '#chassis/testing/property.ts';
import { type DayCount, yearFraction } from '#rules/day-count.ts';
import { type Decimal, decimal, ZERO } from '#rules/decimal.ts';
import {
  accrue,
  accrueNight,
  endsPeriod,
  type InterestTerms,
  interestOn,
  PERIOD_START,
  periodStart,
  posting,
  total,
} from './interest.ts';

const date = (text: string) => Temporal.PlainDate.from(text);
const plain = (value: Decimal) => value.toFixed();

function terms(more: Omit<Partial<InterestTerms>, 'tiers'> & { tiers?: readonly (readonly [string, string])[] } = {}) {
  const { tiers = [['0', '6']], ...rest } = more;
  return {
    dayCount: 'act_365f',
    basis: 'daily',
    tierMethod: 'sliced',
    compounding: 'monthly',
    posting: 'monthly',
    minimumBalance: ZERO,
    calendarCode: '',
    valueDateConvention: 'UNADJUSTED',
    withholdingTaxPercent: ZERO,
    postingRounding: 'half_even',
    taxRounding: 'down',
    ...rest,
    tiers: tiers.map(([from, ratePercent]) => ({ from: decimal(from), ratePercent: decimal(ratePercent) })),
  } satisfies InterestTerms;
}

/** What stands on the account after days of a product, when whatever is posted stays. */
function grown(of: InterestTerms, principal: string, from: string, until: string): string {
  let balance = decimal(principal);
  let outstanding = ZERO;
  let position = PERIOD_START;
  for (let day = date(from); Temporal.PlainDate.compare(day, date(until)) < 0; day = day.add({ days: 1 })) {
    const night = accrueNight(of, position, day, balance);
    outstanding = outstanding.plus(night.interest);
    position = night.position;
    if (!endsPeriod(of.posting, day)) continue;
    const { gross, net } = posting(of, outstanding, 2);
    balance = balance.plus(net);
    outstanding = outstanding.minus(gross);
    position = PERIOD_START;
  }
  return plain(balance.minus(decimal(principal)).round(2));
}

describe('interest', () => {
  const simple: [string, string, DayCount, string, string, string][] = [
    // By the formula of each convention: principal × rate × days / basis.
    ['1000000', '5', 'act_360', '2026-01-01', '2026-04-01', '12500'],
    ['100000', '4.5', 'thirty_360', '2026-01-15', '2026-02-15', '375'],
    ['100000', '4.5', 'thirty_e_360', '2026-01-31', '2026-02-28', '350'],
    ['10000', '3.65', 'act_365f', '2026-03-01', '2026-03-31', '30'],
    ['10000', '3.66', 'act_act_isda', '2024-03-01', '2024-03-31', '30'],
    // ISDA, "EMU and Market Conventions" (1998): 10 % on 10,000 from 1 November 2003 to 1 May 2004 is 497.72.
    ['10000', '10', 'act_act_isda', '2003-11-01', '2004-05-01', '497.7243805674'],
  ];
  for (const [principal, rate, dayCount, from, until, expected] of simple) {
    it(`of ${rate} % on ${principal} from ${from} to ${until} by ${dayCount} is ${expected}`, () => {
      const of = terms({ dayCount, tiers: [['0', rate]] });
      const fraction = yearFraction(dayCount, date(from), date(until));
      expect(plain(interestOn(of, decimal(principal), fraction))).to.equal(expected);
    });
  }

  // Regulation DD of the United States (12 CFR 1030), Appendix A: what 1,000 at 6 % compounded monthly earns in a year.
  it('of 6 % on 1,000 compounded monthly is 61.68 a year, as in Regulation DD', () => {
    expect(grown(terms({ dayCount: 'thirty_360' }), '1000', '2025-01-01', '2026-01-01')).to.equal('61.68');
    const unposted = terms({ dayCount: 'thirty_360', posting: 'annually' });
    const year = accrue(unposted, { from: date('2025-01-01'), until: date('2025-12-31') }, () => decimal('1000'));
    expect(plain(total(year).round(2))).to.equal('61.68');
  });

  // The same, its tiering methods A (whole) and B (sliced): 5.25, 5.50 and 5.75 %, from 2,500 and 15,000 on, compounded daily.
  const tiered: [InterestTerms['tierMethod'], string, string][] = [
    ['whole', '1000', '53.9'],
    ['whole', '8000', '452.29'],
    ['whole', '20000', '1183.61'],
    ['sliced', '1000', '53.9'],
  ];
  for (const [tierMethod, principal, expected] of tiered) {
    it(`in tiers, ${tierMethod}, is ${expected} a year on ${principal}, as in Regulation DD`, () => {
      const tiers = [['0', '5.25'] as const, ['2500', '5.50'] as const, ['15000', '5.75'] as const];
      const of = terms({ tiers, tierMethod, compounding: 'daily', posting: 'annually' });
      const year = accrue(of, { from: date('2025-01-01'), until: date('2025-12-31') }, () => decimal(principal));
      expect(plain(total(year).round(2))).to.equal(expected);
    });
  }

  it('in slices pays each rate for the part of the balance that is in its tier', () => {
    const of = terms({
      tiers: [
        ['0', '1'],
        ['1000', '2'],
        ['5000', '3'],
      ],
      dayCount: 'thirty_360',
    });
    const year = { days: 360, basis: 360 };
    expect(['1000', '3000', '6000'].map((base) => plain(interestOn(of, decimal(base), year)))).to.deep.equal([
      '10',
      '50',
      '120',
    ]);
  });

  it('is nothing on a balance below zero or below the minimum', () => {
    const of = terms({ minimumBalance: decimal('100'), tiers: [['0', '3.65']] });
    const night = (balance: string) =>
      plain(accrueNight(of, PERIOD_START, date('2026-01-01'), decimal(balance)).interest);
    expect(['-5000', '99.99', '100'].map(night)).to.deep.equal(['0', '0', '0.01']);
  });

  it('on the average balance is that of the average over all nights so far', () => {
    const of = terms({
      basis: 'average',
      dayCount: 'thirty_360',
      tiers: [
        ['0', '1.2'],
        ['1000', '2.4'],
      ],
    });
    const days = { from: date('2026-06-01'), until: date('2026-06-30') };
    const june = accrue(of, days, (day) => decimal(day.day <= 15 ? '0' : '3000'));
    // The average is 1,500: a month of 1.2 % on 1,000 and of 2.4 % on 500.
    expect(plain(total(june))).to.equal('2');
    expect(plain(june.at(-1)?.base ?? ZERO)).to.equal('1500');
  });

  it('is posted as far as the currency goes, the rest stays; tax is withheld of what is posted', () => {
    const of = terms({ withholdingTaxPercent: decimal('15') });
    const posted = (outstanding: string, exponent: number) => {
      const { gross, tax, net } = posting(of, decimal(outstanding), exponent);
      return [gross, tax, net].map(plain);
    };
    expect(posted('12.3456789012', 2)).to.deep.equal(['12.35', '1.85', '10.5']);
    expect(posted('12.3456789012', 0)).to.deep.equal(['12', '1', '11']);
    expect(posted('0.0049999999', 2)).to.deep.equal(['0', '0', '0']);
    expect(posted('-3', 2)).to.deep.equal(['0', '0', '0']);
  });

  it('has periods of the calendar', () => {
    expect(
      ['2026-01-31', '2026-02-28', '2024-02-28', '2026-03-31'].map((day) => endsPeriod('monthly', date(day))),
    ).to.deep.equal([true, true, false, true]);
    expect(endsPeriod('quarterly', date('2026-04-30'))).to.equal(false);
    expect(endsPeriod('annually', date('2026-12-31'))).to.equal(true);
    expect(periodStart('semiannually', date('2026-11-11')).toString()).to.equal('2026-07-01');
    expect(periodStart('quarterly', date('2026-06-30')).toString()).to.equal('2026-04-01');
  });
});

describe('five years of nights', () => {
  const anyTerms = fc
    .record({
      dayCount: fc.constantFrom('thirty_360', 'thirty_e_360', 'act_360', 'act_365f', 'act_act_isda'),
      tierMethod: fc.constantFrom('sliced', 'whole'),
      basis: fc.constantFrom('daily', 'average'),
      posting: fc.constantFrom('monthly', 'quarterly', 'annually'),
      rates: fc.array(fc.integer({ min: 0, max: 20_000_000 }), { minLength: 1, maxLength: 4 }),
    })
    .map(({ rates, ...of }) =>
      terms({
        ...(of as Partial<InterestTerms>),
        compounding: of.posting as InterestTerms['posting'],
        tiers: rates.map(
          (rate, index) => [String(index * 2_500), plain(decimal(BigInt(rate)).div(decimal('1000000')))] as const,
        ),
      } as never),
    );
  const from = date('2023-03-01');
  const life = fc.record({
    of: anyTerms,
    balances: fc.array(fc.integer({ min: -100_000, max: 5_000_000 }), { minLength: 1, maxLength: 30 }),
    split: fc.integer({ min: 1, max: 5 * 365 }),
  });
  const balanceOf = (balances: readonly number[]) => (day: Temporal.PlainDate) =>
    decimal(BigInt(balances[Math.floor(from.until(day).days / 61) % balances.length] ?? 0)).div(decimal('100'));

  it('split anywhere sum to the whole, and are the same when they are counted again', () =>
    holds(
      fc.property(life, ({ of, balances, split }) => {
        const until = from.add({ years: 5 }).subtract({ days: 1 });
        const middle = from.add({ days: split });
        const whole = accrue(of, { from, until }, balanceOf(balances));
        const first = accrue(of, { from, until: middle.subtract({ days: 1 }) }, balanceOf(balances));
        const last = first.at(-1);
        const start = last && !endsPeriod(of.posting, last.day) ? last.position : PERIOD_START;
        const second = accrue(of, { from: middle, until }, balanceOf(balances), start);
        expect(plain(total(first).plus(total(second)))).to.equal(plain(total(whole)));
        expect(plain(total(accrue(of, { from, until }, balanceOf(balances))))).to.equal(plain(total(whole)));
      }),
      { runs: 3, proofRuns: 200 },
    ));

  it('on one balance differ from the period at once by no more than the rounding of each night', () =>
    holds(
      fc.property(life, ({ of: any, balances: [cents = 0] }) => {
        const of: InterestTerms = { ...any, basis: 'daily' };
        const day = { from: date('2024-01-01'), until: date('2024-12-31') };
        const balance = decimal(BigInt(cents)).div(decimal('100'));
        const unposted: InterestTerms = { ...of, posting: 'annually', compounding: 'annually' };
        const nightly = total(accrue(unposted, day, () => balance));
        const atOnce = interestOn(of, balance, yearFraction(of.dayCount, day.from, day.until.add({ days: 1 })));
        expect(nightly.minus(atOnce).abs().lte(decimal('0.0000000184'))).to.equal(true);
      }),
      { runs: 10, proofRuns: 500 },
    ));
});
