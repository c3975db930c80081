import { expect } from 'chai';
import fc from 'fast-check';
import { holds } from '#chassis/testing/property.ts';
import { closingJournal, closingsOf, type ResultAccount } from './closing.ts';
import { isBalanced } from './core.ts';

describe('What the closing of a period books', () => {
  // One line, one case: accounts (line, currency, standing, debit-positive; * for a closed one), then what is booked.
  const cases: [string, string][] = [
    ['', ''],
    ['fees 4010 EUR 0', ''],
    ['fees 4010 EUR -100', 'EUR income 100 expenses 0: fees 100, retained -100'],
    ['paid 5010 EUR 40', 'EUR income 0 expenses 40: paid -40, retained 40'],
    ['fees 4010 EUR -100; paid 5010 EUR 40', 'EUR income 100 expenses 40: fees 100, paid -40, retained -60'],
    ['fees 4010 EUR -40; paid 5010 EUR 40', 'EUR income 40 expenses 40: fees 40, paid -40'],
    ['fees 4010 EUR 7', 'EUR income -7 expenses 0: fees -7, retained 7'],
    [
      'a 4010 JPY -1; b 4010 EUR -2',
      'EUR income 2 expenses 0: b 2, retained -2 / JPY income 1 expenses 0: a 1, retained -1',
    ],
    ['gone* 4010 EUR -5; fees 4010 EUR -1', 'EUR income 6 expenses 0: fees 6, retained -6'],
    ['gone* 4010 EUR -5; fees 4010 EUR 5', ''],
    [
      'gone* 4010 EUR -5; fees 4010 JPY -1',
      'EUR income 5 expenses 0: gone* 5, retained -5 / JPY income 1 expenses 0: fees 1, retained -1',
    ],
    ['gone* 4010 EUR -5; other 4020 EUR -1', 'EUR income 6 expenses 0: gone* 5, other 1, retained -6'],
  ];
  for (const [accounts, booked] of cases) {
    it(`is ${booked || 'nothing'} where there is ${accounts || 'nothing'}`, () => {
      expect(shown(accounts.split('; ').flatMap(parsed))).to.equal(booked);
    });
  }

  it('balances, and leaves nothing on any line', async () => {
    const account = fc.record({
      id: fc.uuid(),
      currency: fc.constantFrom('EUR', 'JPY'),
      code: fc.constantFrom('4010', '4020', '5010'),
      closed: fc.boolean(),
      standing: fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }),
    });
    const property = fc.property(fc.array(account, { maxLength: 12 }), (drawn) => {
      const accounts = drawn.map((one): ResultAccount => ({ ...one, type: one.code < '5000' ? 'income' : 'expense' }));
      const left = new Map<string, bigint>();
      const add = (id: string, amount: bigint) => {
        const one = accounts.find((candidate) => candidate.id === id);
        const line = `${one?.code} ${one?.currency}`;
        if (one) left.set(line, (left.get(line) ?? 0n) + amount);
      };
      for (const { id, standing } of accounts) add(id, standing);
      for (const closing of closingsOf(accounts)) {
        const { legs } = closingJournal(closing, { id: 'jnl_1', retained: 'retained', endDate: '2026-12-31' });
        expect(isBalanced(legs)).to.equal(true);
        expect(legs.every(({ amount }) => amount !== 0n)).to.equal(true);
        expect(legs.length).to.be.at.least(2);
        for (const { accountId, amount } of legs) add(accountId, amount);
      }
      expect([...left.values()].every((amount) => amount === 0n)).to.equal(true);
    });
    await holds(property, { runs: 300, proofRuns: 20_000 });
  });

  function parsed(text: string): ResultAccount[] {
    const [id = '', code = '', currency = '', standing = '0'] = text.split(' ');
    if (id === '') return [];
    const type = code < '5000' ? 'income' : 'expense';
    return [{ id, code, currency, type, closed: id.endsWith('*'), standing: BigInt(standing) }];
  }

  function shown(accounts: readonly ResultAccount[]): string {
    return closingsOf(accounts)
      .map((closing) => {
        const { legs } = closingJournal(closing, { id: 'jnl_1', retained: 'retained', endDate: '2026-12-31' });
        const booked = legs.map(({ accountId, amount }) => `${accountId} ${amount}`).join(', ');
        return `${closing.currency} income ${closing.income} expenses ${closing.expenses}: ${booked}`;
      })
      .join(' / ');
  }
});
