import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { Refusal } from '#chassis/errors.ts';
import { ProductTermsSchema } from '#gen/bank/account/v1/account_pb.ts';
import { FeeShortfall, type PeriodicFeeTermSchema } from '#gen/bank/account/v1/fee_pb.ts';
import { InterestPeriod } from '#gen/bank/account/v1/interest_pb.ts';
import { decimal } from '#rules/decimal.ts';
import { periodicFeesOf } from './fee-terms.ts';
import { balancesOf, feeOf, periodEnd, periodsSince } from './fees.ts';
import { checkTerms } from './terms.ts';

type Init = Extract<MessageInitShape<typeof PeriodicFeeTermSchema>, { $typeName?: never }>;
const date = (text: string) => Temporal.PlainDate.from(text);
const eur = (amount: string) => ({ currencyCode: 'EUR', amount });

const TERM: Init = {
  feeCode: 'MAINTENANCE',
  displayName: 'Account maintenance',
  period: InterestPeriod.MONTHLY,
  tiers: [{ flat: eur('5.00') }, { from: eur('1000'), flat: eur('1.00'), ratePercent: '0.1' }],
  shortfall: FeeShortfall.OVERDRAW,
};

/** What a fee comes to on an account that was opened in January 2026, in June. */
function priced(term: Init, average: string, lowest = average): string {
  const [fee] = periodicFeesOf(create(ProductTermsSchema, { periodicFees: [{ ...TERM, ...term }] }));
  if (!fee) throw new Error('there is no fee');
  const life = { openDate: date('2026-01-20'), day: date('2026-06-30') };
  const { amount, waiver } = feeOf(fee, { average: decimal(average), lowest: decimal(lowest) }, life, 2);
  return [amount.toFixed(2), ...(waiver ? [waiver] : [])].join(' ');
}

describe('a periodic fee', () => {
  const cases: [string, Init, string, string, string][] = [
    ['the price of the tier of the average balance', {}, '999.99', '999.99', '5.00'],
    ['with percents of all of it', {}, '2345.67', '0', '3.35'],
    ['that of the first tier, of an account that is overdrawn', {}, '-500', '-500', '5.00'],
    ['at least the minimum', { minimum: eur('7') }, '0', '0', '7.00'],
    ['at most the maximum', { maximum: eur('3') }, '2345.67', '0', '3.00'],
    ['waived in the periods that are free', { freePeriods: 6 }, '0', '0', '5.00 FREE_PERIOD'],
    ['asked for after those', { freePeriods: 5 }, '0', '0', '5.00'],
    [
      'waived where no night was below a balance',
      { waivedFromLowestBalance: eur('10') },
      '50',
      '10',
      '5.00 LOWEST_BALANCE',
    ],
    ['asked for where one was', { waivedFromLowestBalance: eur('10') }, '50', '9.99', '5.00'],
    ['waived from an average on', { waivedFromAverageBalance: eur('50') }, '50', '-1', '5.00 AVERAGE_BALANCE'],
    ['nothing, where the price is', { tiers: [{ ratePercent: '1' }] }, '0', '0', '0.00 NOTHING_TO_CHARGE'],
  ];
  for (const [what, term, average, lowest, expected] of cases) {
    it(`is ${what}: ${expected}`, () => {
      expect(priced(term, average, lowest)).to.equal(expected);
    });
  }

  it('is of the average of the nights, and of the lowest of them', () => {
    const days = { from: date('2026-02-01'), until: date('2026-02-03') };
    const { average, lowest } = balancesOf(days, (day) => decimal(day.day === 2 ? '-1' : '100'));
    expect([average.toFixed(), lowest.toFixed()]).to.deep.equal(['66.3333333333', '-1']);
  });

  it('has the periods of the calendar', () => {
    const ends = (['daily', 'monthly', 'quarterly', 'semiannually', 'annually'] as const).map((period) =>
      periodEnd(period, date('2026-02-11')).toString(),
    );
    expect(ends).to.deep.equal(['2026-02-11', '2026-02-28', '2026-03-31', '2026-06-30', '2026-12-31']);
    expect(periodsSince('quarterly', date('2025-12-31'), date('2026-04-01'))).to.equal(2);
    expect(periodsSince('daily', date('2025-12-31'), date('2026-01-02'))).to.equal(2);
  });

  const wrong: [string, Init[], string][] = [
    ['as they are', [TERM, { ...TERM, feeCode: 'PAPER' }], 'done'],
    ['two of one code', [TERM, TERM], 'two_of_one_code'],
    [
      'a first tier that is not from zero',
      [{ ...TERM, tiers: [{ from: eur('1'), flat: eur('1') }] }],
      'first_tier_not_from_zero',
    ],
    ['two tiers from zero', [{ ...TERM, tiers: [{ flat: eur('1') }, { flat: eur('2') }] }], 'tiers_not_rising'],
    ['no price', [{ ...TERM, tiers: [{}] }], 'no_price'],
    ['a minimum above the maximum', [{ ...TERM, minimum: eur('2'), maximum: eur('1') }], 'minimum_above_maximum'],
    ['another currency', [{ ...TERM, minimum: { currencyCode: 'CZK', amount: '2' } }], 'CURRENCY_MISMATCH'],
  ];
  for (const [what, periodicFees, outcome] of wrong) {
    it(`with ${what}: ${outcome}`, () => {
      let told = 'done';
      try {
        checkTerms('EUR', create(ProductTermsSchema, { periodicFees }));
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        told = error.metadata['why'] ?? error.reason;
      }
      expect(told).to.equal(outcome);
    });
  }
});
