import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { Refusal } from '#chassis/errors.ts';
import { ProductTermsSchema, ProductType } from '#gen/bank/account/v1/account_pb.ts';
import { BusinessDayConvention } from '#gen/bank/account/v1/calendar_pb.ts';
import { targetHolidays } from '#rules/calendar.ts';
import { checkTerm, checkTermEnd, maturityOf } from './term.ts';

function outcomeOf(work: () => unknown): string {
  try {
    work();
    return 'done';
  } catch (error) {
    return error instanceof Refusal ? error.reason : String(error);
  }
}

const terms = (termMonths: number, more: object = {}) =>
  create(ProductTermsSchema, { term: { termMonths, penaltyPercent: '50', ...more } });

describe('the day on which a deposit matures', () => {
  const holidays = new Set([2026, 2027].flatMap((year) => targetHolidays(year).map(({ date }) => date.toString())));
  const cases: [string, number, keyof typeof BusinessDayConvention, string][] = [
    ['2026-01-15', 3, 'UNADJUSTED', '2026-04-15'],
    ['2026-01-31', 1, 'UNADJUSTED', '2026-02-28'],
    ['2026-01-31', 1, 'FOLLOWING', '2026-03-02'],
    ['2026-01-31', 1, 'MODIFIED_FOLLOWING', '2026-02-27'],
    ['2026-01-03', 3, 'FOLLOWING', '2026-04-07'],
    ['2026-01-01', 12, 'PRECEDING', '2026-12-31'],
  ];
  for (const [start, months, convention, expected] of cases) {
    it(`is ${expected} of one that begins on ${start} for ${months} months, ${convention}`, () => {
      const { term } = terms(months, { maturityConvention: BusinessDayConvention[convention] });
      expect(term && maturityOf(term, Temporal.PlainDate.from(start), holidays).toString()).to.equal(expected);
    });
  }
});

describe('the term of a product', () => {
  it('is what makes a term deposit one, and costs at most all of the interest', () => {
    expect(outcomeOf(() => checkTerm(ProductType.TERM_DEPOSIT, terms(3)))).to.equal('done');
    expect(outcomeOf(() => checkTerm(ProductType.TERM_DEPOSIT, undefined))).to.equal('TERM_INVALID');
    expect(outcomeOf(() => checkTerm(ProductType.SAVINGS, terms(3)))).to.equal('TERM_INVALID');
    expect(outcomeOf(() => checkTerm('term_deposit', terms(3, { penaltyPercent: '100.1' })))).to.equal('TERM_INVALID');
    expect(outcomeOf(() => checkTerm('current', undefined))).to.equal('done');
  });
});

describe('the end of a term deposit', () => {
  const cases: [string, string | null, boolean, string][] = [
    ['before it matures', '2026-04-01', false, 'TERM_DEPOSIT_BOUND'],
    ['on the day', '2026-03-31', false, 'done'],
    ['early', '2026-04-01', true, 'done'],
    ['early, of what is none', null, true, 'ACCOUNT_NOT_TERM_DEPOSIT'],
    ['of what is none', null, false, 'done'],
  ];
  for (const [name, maturity, isEarly, outcome] of cases) {
    it(`${name}: ${outcome}`, () => {
      expect(outcomeOf(() => checkTermEnd(maturity, '2026-03-31', isEarly))).to.equal(outcome);
    });
  }
});
