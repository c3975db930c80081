import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { type StatementEntry, StatementEntrySchema } from '#gen/bank/account/v1/account_pb.ts';
import { compareAccount } from './closing.ts';
import type { Expected } from './history.ts';
import { decimalOf } from './naming.ts';

const lines: Expected[] = [
  { id: '1', line: 2, bookedOn: '1997-01-01', change: 100_00n, balanceAfter: 100_00n },
  { id: '2', line: 3, bookedOn: '1997-01-02', change: -130_00n, balanceAfter: -30_00n },
  { id: '3', line: 4, bookedOn: '1997-01-02', change: 0n, balanceAfter: -30_00n },
  { id: '4', line: 5, bookedOn: '1997-01-03', change: 50n, balanceAfter: -29_50n },
];

describe('The comparison with the file', () => {
  it('finds nothing when every balance is equal', () => {
    expect(compareAccount('25', lines, new Set(), entriesOf([100_00n, -130_00n, 50n]))).to.deep.equal([]);
  });

  it('finds a balance that differs', () => {
    const wrong = lines.map((line) => (line.id === '3' ? { ...line, balanceAfter: -30_01n } : line));
    expect(compareAccount('25', wrong, new Set(), entriesOf([100_00n, -130_00n, 50n]))).to.deep.equal([
      { account: '25', transaction: '3', line: 4, what: 'balance', expected: '-30.01', found: '-30.00' },
    ]);
  });

  it('finds an amount and the balances after it', () => {
    const found = compareAccount('25', lines, new Set(), entriesOf([100_00n, -131_00n, 50n]));
    expect(found.map(({ transaction, what }) => `${transaction} ${what}`)).to.deep.equal([
      '2 amount',
      '2 balance',
      '3 balance',
      '4 balance',
    ]);
  });

  it('finds another booking date', () => {
    const entries = entriesOf([100_00n, -130_00n, 50n]);
    entries[0]!.bookingDate = '1997-01-02';
    expect(compareAccount('25', lines, new Set(), entries)).to.deep.include({
      account: '25',
      transaction: '1',
      line: 2,
      what: 'booking date',
      expected: '1997-01-01',
      found: '1997-01-02',
    });
  });

  it('finds entries that are missing, and those that are too many', () => {
    expect(compareAccount('25', lines, new Set(), entriesOf([100_00n, -130_00n]))).to.deep.equal([
      { account: '25', transaction: '4', line: 5, what: 'entry', expected: '0.50 on 1997-01-03', found: 'none' },
    ]);
    const [more] = compareAccount('25', lines.slice(0, 1), new Set(), entriesOf([100_00n, -130_00n]));
    expect(more).to.include({ transaction: '', what: 'entry', expected: 'none', found: '-130.00 on 1997-01-02' });
  });

  it('passes over a refused line, and shows the balances after it', () => {
    const found = compareAccount('25', lines, new Set(['2']), entriesOf([100_00n, 50n], ['1997-01-01', '1997-01-03']));
    expect(found.map(({ transaction, what, found: balance }) => `${transaction} ${what} ${balance}`)).to.deep.equal([
      '2 balance 100.00',
      '3 balance 100.00',
      '4 balance 100.50',
    ]);
  });
});

function entriesOf(changes: bigint[], days: string[] = ['1997-01-01', '1997-01-02', '1997-01-03']): StatementEntry[] {
  let balance = 0n;
  return changes.map((change, index) => {
    balance += change;
    return create(StatementEntrySchema, {
      bookingDate: days[index] ?? '',
      amount: { currencyCode: 'CZK', amount: decimalOf(change) },
      runningBalance: { currencyCode: 'CZK', amount: decimalOf(balance) },
      kind: 'MIGRATION',
    });
  });
}
