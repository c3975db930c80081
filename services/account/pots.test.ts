import { expect } from 'chai';
import fc from 'fast-check';
import { deriveId, newId } from '#chassis/id.ts';
import { fromMoney, toMoney } from '#chassis/money.ts';
import { holds } from '#chassis/testing/property.ts';
import { joinPots, potLedgerAccount } from './pots.ts';

const cents = (minor: number) => toMoney({ currency: 'EUR', minor: BigInt(minor) });

describe('the balances of accounts with pots', () => {
  it('are the same however the pages are cut, and wherever it is gone on after an account that is done', () =>
    holds(
      fc.property(
        fc.array(fc.array(fc.integer({ min: -5_000, max: 5_000 }), { minLength: 1, maxLength: 4 }), { maxLength: 6 }),
        fc.integer({ min: 1, max: 5 }),
        fc.nat(5),
        (lives, size, done) => {
          const accounts = lives.map((minors) => {
            const accountId = newId('acc');
            const ids = minors.map((_, index) =>
              index === 0 ? deriveId('lac', accountId) : potLedgerAccount({ accountId, id: newId('pot') }),
            );
            return {
              accountId,
              rows: minors.map((minor, index) => ({ ledgerAccountId: ids[index] ?? '', balance: cents(minor) })),
            };
          });
          const sorted = accounts.flatMap(({ rows }) => rows).map(({ ledgerAccountId }) => ledgerAccountId);
          // A pot comes after its account and before the next one.
          expect(sorted.toSorted()).to.deep.equal(sorted);
          const resumed = accounts[done - 1];
          const all = accounts.flatMap(({ rows }) => rows);
          const rest = resumed
            ? all.filter(({ ledgerAccountId }) => ledgerAccountId > (resumed.rows[0]?.ledgerAccountId ?? ''))
            : all;
          const found = [];
          let left: ReturnType<typeof joinPots>['last'];
          for (let at = 0; at < rest.length; at += size) {
            const { whole, last } = joinPots(left, rest.slice(at, at + size));
            found.push(...whole);
            left = last;
          }
          if (left) found.push(left);
          const wanted = accounts.slice(resumed ? done : 0).map(({ accountId }, index) => {
            const minors = lives[(resumed ? done : 0) + index] ?? [];
            return [accountId, minors.reduce((sum, minor) => sum + BigInt(minor), 0n)];
          });
          const minorOf = (amount: string) => fromMoney({ currencyCode: 'EUR', amount }).minor;
          expect(found.map((one) => [one.accountId, minorOf(one.balance)])).to.deep.equal(wanted);
        },
      ),
      { runs: 100, proofRuns: 2_000 },
    ));
});
