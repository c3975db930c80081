import { expect } from 'chai';
import { ALL_KINDS } from './kinds.ts';
import { type ChartLine, checkWiring, retainedEarnings, wiringFaults } from './wiring.ts';

const CHART: readonly ChartLine[] = [
  { code: '1010', name: 'Cash', type: 'asset' },
  { code: '2010', name: 'Accounts', type: 'liability' },
  { code: '3010', name: 'Capital', type: 'equity' },
  { code: '3020', name: 'Earnings', type: 'equity' },
  { code: '4010', name: 'Fees', type: 'income' },
  { code: '5010', name: 'Interest', type: 'expense' },
];

describe('The wiring of the general ledger', () => {
  const whole = () => {
    const kinds = ALL_KINDS.filter((kind) => kind !== 'reversal' && kind !== 'period_close');
    return new Map<string, Set<string>>([
      ...kinds.map((kind) => [kind, new Set(['1010', '2010'])] as const),
      ['period_close', new Set(['3020', '4010', '5010'])],
    ]);
  };

  it('has no fault when every kind is wired, and the closing to all that is earned and spent', () => {
    expect(wiringFaults(whole(), CHART)).to.deep.equal([]);
    expect(retainedEarnings(whole(), CHART).code).to.equal('3020');
  });

  const faults: [string, (wiring: Map<string, Set<string>>) => unknown, string][] = [
    ['a kind that is missing', (w) => w.delete('fee'), 'journals of kind fee are wired to no general-ledger account'],
    [
      'a kind without a code',
      (w) => w.set('fee', new Set()),
      'journals of kind fee are wired to no general-ledger account',
    ],
    [
      'the closing missing',
      (w) => w.delete('period_close'),
      'journals of kind period_close are wired to no general-ledger account',
    ],
    [
      'a kind that is none',
      (w) => w.set('bribe', new Set(['1010'])),
      'kind bribe is wired, but no journal is of that kind',
    ],
    [
      'a reversal that is wired',
      (w) => w.set('reversal', new Set(['1010'])),
      'kind reversal is wired, but no journal is of that kind',
    ],
    [
      'a code that is none',
      (w) => w.get('fee')?.add('9999'),
      'kind fee is wired to 9999, which is not in the chart of accounts',
    ],
    [
      'income that is never closed',
      (w) => w.get('period_close')?.delete('4010'),
      'kind period_close is not wired to 4010, an account of type income',
    ],
    [
      'expenses that are never closed',
      (w) => w.get('period_close')?.delete('5010'),
      'kind period_close is not wired to 5010, an account of type expense',
    ],
    [
      'a closing of assets',
      (w) => w.get('period_close')?.add('1010'),
      'kind period_close is wired to 1010, an account of type asset',
    ],
    [
      'a closing to two lines',
      (w) => w.get('period_close')?.add('3010'),
      'kind period_close is wired to 2 accounts of type equity, not to one',
    ],
    [
      'a closing to none',
      (w) => w.get('period_close')?.delete('3020'),
      'kind period_close is wired to 0 accounts of type equity, not to one',
    ],
  ];
  for (const [what, spoil, sentence] of faults) {
    it(`names ${what}`, () => {
      const wiring = whole();
      spoil(wiring);
      expect(wiringFaults(wiring, CHART)).to.deep.equal([sentence]);
    });
  }

  it('lets legs fall where their kind is wired to, and a reversal wherever its original went', () => {
    const accounts = new Map([
      ['cash', { generalLedgerCode: '1010' }],
      ['fees', { generalLedgerCode: '4010' }],
    ]);
    const check = (kind: 'fee' | 'reversal', ...ids: string[]) =>
      checkWiring({ kind, legs: ids.map((accountId) => ({ accountId })) }, accounts, whole());
    expect(check('fee', 'cash', 'cash')).to.equal(undefined);
    expect(check('fee', 'cash', 'unknown')).to.equal(undefined);
    expect(check('reversal', 'fees', 'cash')).to.equal(undefined);
    expect(check('fee', 'cash', 'fees')).to.include({ reason: 'GENERAL_LEDGER_NOT_WIRED' });
    expect(check('fee', 'cash', 'fees')?.metadata).to.deep.equal({ kind: 'fee', general_ledger_code: '4010' });
  });
});
