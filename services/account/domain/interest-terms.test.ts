import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { Refusal } from '#chassis/errors.ts';
import { ProductTermsSchema } from '#gen/bank/account/v1/account_pb.ts';
import {
  DayCount,
  InterestBasis,
  InterestPeriod,
  type InterestTermsSchema,
  Rounding,
  TierMethod,
} from '#gen/bank/account/v1/interest_pb.ts';
import { interestOf } from './interest-terms.ts';
import { checkTerms } from './terms.ts';

type Init = Extract<MessageInitShape<typeof InterestTermsSchema>, { $typeName?: never }>;
const eur = (amount: string) => ({ currencyCode: 'EUR', amount });

const terms: Init = {
  dayCount: DayCount.ACT_360,
  basis: InterestBasis.DAILY,
  tierMethod: TierMethod.WHOLE,
  tiers: [{ ratePercent: '1.5' }, { from: eur('1000'), ratePercent: '2' }],
  compounding: InterestPeriod.MONTHLY,
  posting: InterestPeriod.QUARTERLY,
  withholdingTaxPercent: '15',
  postingRounding: Rounding.HALF_UP,
  taxRounding: Rounding.DOWN,
};

function outcomeOf(interest: Init, more: { interestRatePercent?: string } = {}): string {
  try {
    checkTerms('EUR', create(ProductTermsSchema, { interest, ...more }));
    return 'done';
  } catch (error) {
    return error instanceof Refusal ? (error.metadata['why'] ?? error.reason) : String(error);
  }
}

describe('the terms of interest', () => {
  const cases: [string, Init, string][] = [
    ['two tiers', terms, 'done'],
    [
      'a first tier that is not from zero',
      { ...terms, tiers: [{ from: eur('1'), ratePercent: '1' }] },
      'first_tier_not_from_zero',
    ],
    ['two tiers from zero', { ...terms, tiers: [{ ratePercent: '1' }, { ratePercent: '2' }] }, 'tiers_not_rising'],
    [
      'a tier in another currency',
      { ...terms, tiers: [{ from: { currencyCode: 'USD', amount: '0' }, ratePercent: '1' }] },
      'CURRENCY_MISMATCH',
    ],
    ['a minimum below zero', { ...terms, minimumBalance: eur('-1') }, 'REQUEST_INVALID'],
    [
      'compounding longer than posting',
      { ...terms, compounding: InterestPeriod.ANNUALLY },
      'compounding_longer_than_posting',
    ],
    ['an average that is compounded', { ...terms, basis: InterestBasis.AVERAGE }, 'average_is_not_compounded'],
    ['a tax of 101 percent', { ...terms, withholdingTaxPercent: '101' }, 'tax_of_more_than_all'],
  ];
  for (const [name, interest, outcome] of cases) {
    it(`with ${name}: ${outcome}`, () => {
      expect(outcomeOf(interest)).to.equal(outcome);
    });
  }

  it('of an overdraft have a rate, and tiers that rise from zero', () => {
    const outcome = (overdraftInterest: object) => {
      const more = { dayCount: DayCount.ACT_360, posting: InterestPeriod.MONTHLY, postingRounding: Rounding.DOWN };
      try {
        checkTerms('EUR', create(ProductTermsSchema, { overdraftInterest: { ...more, ...overdraftInterest } }));
        return 'done';
      } catch (error) {
        return error instanceof Refusal ? error.metadata['why'] : String(error);
      }
    };
    const rising = [{ ratePercent: '9' }, { from: eur('100'), ratePercent: '12' }];
    expect(outcome({ arrangedTiers: rising })).to.equal('done');
    expect(outcome({ unarrangedTiers: [{ ratePercent: '20' }] })).to.equal('done');
    expect(outcome({})).to.equal('no_rate');
    expect(outcome({ arrangedTiers: rising.toReversed() })).to.equal('first_tier_not_from_zero');
    expect(outcome({ unarrangedTiers: [{ ratePercent: '1' }, { ratePercent: '2' }] })).to.equal('tiers_not_rising');
  });

  it('are said in one way', () => {
    expect(outcomeOf(terms, { interestRatePercent: '1' })).to.equal('two_rates');
  });

  it('are those of one rate where there is only that, and none where there is nothing', () => {
    const of = (init: MessageInitShape<typeof ProductTermsSchema>) => interestOf(create(ProductTermsSchema, init));
    expect(of({})).to.equal(undefined);
    expect(of({ interestRatePercent: '1.5' })?.tiers.map(({ ratePercent }) => ratePercent.toFixed())).to.deep.equal([
      '1.5',
    ]);
    const full = of({ interest: terms });
    expect([full?.dayCount, full?.posting, full?.postingRounding, full?.taxRounding, full?.tierMethod]).to.deep.equal([
      'act_360',
      'quarterly',
      'half_up',
      'down',
      'whole',
    ]);
    expect(full?.tiers.map(({ from }) => from.toFixed())).to.deep.equal(['0', '1000']);
  });
});
