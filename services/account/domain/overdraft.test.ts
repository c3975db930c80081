import { expect } from 'chai';
import fc from 'fast-check';
import { holds } from '#chassis/testing/property.ts';
import { type Decimal, decimal, ZERO } from '#rules/decimal.ts';
import { balanceOn, type Life } from './interest-life.ts';
import { chargeOf, type OverdraftTerms, overdraftNight, reliveOverdraft } from './overdraft.ts';

const date = (text: string) => Temporal.PlainDate.from(text);
const plain = (value: Decimal) => value.toFixed();
const tier = (from: string, ratePercent: string) => ({ from: decimal(from), ratePercent: decimal(ratePercent) });

const TERMS: OverdraftTerms = {
  dayCount: 'act_365f',
  arranged: [tier('0', '0'), tier('100', '36.5')],
  unarranged: [tier('0', '73')],
  posting: 'monthly',
  postingRounding: 'half_even',
};

describe('an overdraft', () => {
  const cases: [string, string, string, string][] = [
    ['nothing on a balance that is not below zero', '0', '1000', '0'],
    ['the rate of each tier for the part of it in the tier', '-600', '1000', '0.5'],
    ['the other rates for what is beyond the limit', '-1100', '1000', '1.1'],
    ['those alone where there is no limit', '-50', '0', '0.1'],
  ];
  for (const [what, balance, limit, interest] of cases) {
    it(`costs ${what}: ${interest} a night on ${balance} with a limit of ${limit}`, () => {
      const night = overdraftNight(TERMS, date('2026-03-01'), decimal(balance), decimal(limit));
      expect(plain(night.interest)).to.equal(interest);
    });
  }

  it('is charged as far as the currency goes, and never less than nothing', () => {
    const charged = ['0.125', '0.004', '-3'].map((owed) => plain(chargeOf(TERMS, decimal(owed), 2)));
    expect(charged).to.deep.equal(['0.12', '0', '0']);
  });

  const start = date('2024-02-20');
  const amount = fc.integer({ min: -200_000, max: 200_000 }).map((cents) => decimal(BigInt(cents)).div(decimal('100')));
  const lives = fc.record({
    balances: fc.array(amount, { minLength: 1, maxLength: 40 }),
    late: fc.array(fc.record({ day: fc.nat(39), back: fc.integer({ min: 1, max: 30 }), amount }), { maxLength: 4 }),
  });

  it('with what came late costs the same as if it had been known from the start', () =>
    holds(
      fc.property(lives, ({ balances, late }) => {
        const until = start.add({ days: balances.length - 1 });
        const life: Life = {
          start,
          standings: balances.map((balance, index) => ({
            from: start.add({ days: index }),
            balance,
            limit: decimal(BigInt(500 * (index % 3))),
          })),
          corrections: late
            .map(({ day, back, amount: moved }) => {
              const booked = start.add({ days: day });
              return { date: booked, valueDate: booked.subtract({ days: back }), amount: moved };
            })
            .toSorted((one, other) => Temporal.PlainDate.compare(one.date, other.date)),
        };
        const known = {
          ...life,
          corrections: life.corrections.filter((one) => Temporal.PlainDate.compare(one.date, until) <= 0),
        };
        const lived = reliveOverdraft(TERMS, known, until).reduce(
          (sum, { night, corrections }) =>
            corrections.reduce((all, { interest }) => all.plus(interest), sum).plus(night.interest),
          ZERO,
        );
        const balance = balanceOn(known);
        const afresh = known.standings.reduce(
          (sum, { from, limit }) => sum.plus(overdraftNight(TERMS, from, balance(from), limit).interest),
          ZERO,
        );
        expect(plain(lived)).to.equal(plain(afresh));
      }),
      { runs: 20, proofRuns: 1_000 },
    ));
});
