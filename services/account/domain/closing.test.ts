import { expect } from 'chai';
import { Refusal } from '#chassis/errors.ts';
import { decimal, ZERO } from '#rules/decimal.ts';
import { checkEnd, type EndFacts, lastInterest } from './closing.ts';
import type { InterestTerms } from './interest.ts';

const TERMS: InterestTerms = {
  dayCount: 'act_365f',
  basis: 'daily',
  tierMethod: 'sliced',
  tiers: [{ from: ZERO, ratePercent: decimal('1') }],
  compounding: 'monthly',
  posting: 'monthly',
  minimumBalance: ZERO,
  calendarCode: '',
  valueDateConvention: 'UNADJUSTED',
  withholdingTaxPercent: decimal('15'),
  postingRounding: 'half_even',
  taxRounding: 'down',
};
const earned = (outstanding: string, accruedThrough = '2026-03-30') => ({
  terms: TERMS,
  accruedThrough,
  outstanding: decimal(outstanding),
});
const ACCOUNT: EndFacts = { id: 'acc_1', state: 'active', currency: 'EUR', freezeCredits: false };
const OTHER: EndFacts = { ...ACCOUNT, id: 'acc_2' };

function outcomeOf(work: () => unknown): string {
  try {
    work();
    return 'done';
  } catch (error) {
    return error instanceof Refusal ? error.reason : String(error);
  }
}

describe('the interest of an account that ends', () => {
  const cases: [string, ReturnType<typeof earned> | undefined, string][] = [
    ['all that was earned up to the night before, less the tax', earned('12.3449999999'), '12.34 1.85 10.49'],
    ['nothing, where it is less than half a cent', earned('0.0049999999'), 'none'],
    ['nothing, where too much was posted before', earned('-3.00'), 'none'],
    ['nothing, where it never earned any', undefined, 'none'],
  ];
  for (const [name, its, expected] of cases) {
    it(`is ${name}`, () => {
      const last = lastInterest(its, '2026-03-31', 2);
      expect(last ? [last.gross, last.tax, last.net].map((one) => one.toFixed()).join(' ') : 'none').to.equal(expected);
    });
  }

  it('is less what its overdrafts have cost, also where it earned nothing', () => {
    const terms = {
      dayCount: 'act_365f',
      arranged: [],
      unarranged: [],
      posting: 'monthly',
      postingRounding: 'half_even',
    } as const;
    const owing = (outstanding: string) => ({
      ...earned(outstanding),
      overdraft: { terms, owed: decimal('1.2351') },
    });
    const last = (outstanding: string) => {
      const { gross, charge, net } = lastInterest(owing(outstanding), '2026-03-31', 2) ?? {};
      return [gross, charge, net].map((one) => one?.toFixed());
    };
    expect(last('10.00')).to.deep.equal(['10', '1.24', '7.26']);
    expect(last('0')).to.deep.equal(['0', '1.24', '-1.24']);
  });

  it('costs what the penalty of an early withdrawal is, and the tax is on the rest', () => {
    const last = lastInterest(earned('12.34'), '2026-03-31', 2, decimal('50'));
    expect(last && [last.gross, last.penalty, last.tax, last.net].map((one) => one.toFixed())).to.deep.equal([
      '12.34',
      '6.17',
      '0.92',
      '5.25',
    ]);
  });

  it('waits for the nights that are missing', () => {
    expect(outcomeOf(() => lastInterest(earned('1.00', '2026-03-29'), '2026-03-31', 2))).to.equal(
      'INTEREST_NOT_ACCRUED',
    );
  });
});

describe('the end of an account', () => {
  const last = lastInterest(earned('1.00'), '2026-03-31', 2);
  const cases: [string, EndFacts, EndFacts | undefined, typeof last, string][] = [
    ['with nothing to pay', ACCOUNT, undefined, undefined, 'done'],
    ['with interest, swept', ACCOUNT, OTHER, last, 'done'],
    ['with interest, swept nowhere', ACCOUNT, undefined, last, 'SWEEP_ACCOUNT_REQUIRED'],
    ['swept to itself', ACCOUNT, ACCOUNT, undefined, 'SAME_ACCOUNT'],
    ['swept to a closed one', ACCOUNT, { ...OTHER, state: 'closed' }, undefined, 'ACCOUNT_CLOSED'],
    ['swept to one that takes history', ACCOUNT, { ...OTHER, state: 'migrating' }, undefined, 'ACCOUNT_NOT_ACTIVE'],
    ['swept to a dormant one', ACCOUNT, { ...OTHER, state: 'dormant' }, undefined, 'done'],
    ['swept to one that is frozen', ACCOUNT, { ...OTHER, freezeCredits: true }, undefined, 'ACCOUNT_FROZEN'],
    ['swept to another currency', ACCOUNT, { ...OTHER, currency: 'CZK' }, undefined, 'CURRENCY_MISMATCH'],
    ['of a frozen one', { ...ACCOUNT, freezeReason: 'court_order' }, OTHER, undefined, 'ACCOUNT_FROZEN'],
  ];
  for (const [name, account, to, interest, outcome] of cases) {
    it(`${name}: ${outcome}`, () => {
      expect(outcomeOf(() => checkEnd(account, to, interest))).to.equal(outcome);
    });
  }
});
