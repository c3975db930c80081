import { expect } from 'chai';
import fc from 'fast-check';
import { Refusal } from '#chassis/errors.ts';
import { checkShares, endOf, type Period, shareText } from './relations.ts';

const day = (text: string) => Temporal.PlainDate.from(text);

function reasonOf(work: () => string): string {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refusal) return error.reason;
    throw error;
  }
}

describe('Relations', () => {
  const today = day('2026-06-15');

  for (const [from, until, asked, told] of [
    ['2026-01-01', null, undefined, '2026-06-15'],
    ['2026-01-01', null, '2026-07-01', '2026-07-01'],
    ['2026-01-01', null, '2026-06-14', 'DATE_INVALID'],
    ['2026-01-01', '2026-07-01', undefined, '2026-06-15'],
    ['2026-01-01', '2026-07-01', '2026-07-01', 'DATE_INVALID'],
    ['2026-01-01', '2026-06-15', undefined, 'RELATION_ENDED'],
    ['2026-09-01', null, undefined, '2026-09-01'],
    ['2026-09-01', '2026-09-01', undefined, 'RELATION_ENDED'],
  ] as const) {
    it(`from ${from} until ${until ?? 'ever'}, ended ${asked ?? 'today'}: ${told}`, () => {
      expect(reasonOf(() => endOf({ from, until }, asked === undefined ? undefined : day(asked), today))).to.equal(
        told,
      );
    });
  }

  it('share out no more than all on any day, and refuse nothing else', () => {
    const date = fc.integer({ min: 0, max: 20 }).map((days) => day('2026-01-01').add({ days }).toString());
    const period = fc
      .tuple(date, fc.option(fc.integer({ min: 1, max: 10 })))
      .map(([from, days]): Period => ({ from, until: days === null ? null : day(from).add({ days }).toString() }));
    const share = fc.bigInt({ min: 1n, max: 10_000n });
    const owner = fc.tuple(period, share).map(([of, parts]) => ({ ...of, share: shareText(parts), parts }));
    fc.assert(
      fc.property(fc.array(owner, { maxLength: 5 }), period, share, (others, of, parts) => {
        const dates = Array.from({ length: 40 }, (_, days) => day('2026-01-01').add({ days }).toString());
        const covers = ({ from, until }: Period, at: string) => from <= at && (until === null || at < until);
        const exceeds = dates.some(
          (at) =>
            covers(of, at) &&
            others.reduce((sum, other) => sum + (covers(other, at) ? other.parts : 0n), parts) > 10_000n,
        );
        // As the table gives them: those alone that are valid on some day of the period.
        const near = others.filter((other) => dates.some((at) => covers(of, at) && covers(other, at)));
        const told = reasonOf(() => {
          checkShares(parts, of, near);
          return 'done';
        });
        expect(told).to.equal(exceeds ? 'SHARE_EXCEEDED' : 'done');
      }),
    );
  });
});
