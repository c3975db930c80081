import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { Refusal } from '#chassis/errors.ts';
import { EntrySchema, JournalKind, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { checkRange, lineOf } from './statement.ts';

function outcomeOf(from: string, to: string): string {
  try {
    checkRange(from, to);
    return 'done';
  } catch (error) {
    return error instanceof Refusal ? error.reason : String(error);
  }
}

describe('a statement', () => {
  const ranges: [string, string, string][] = [
    ['', '', 'done'],
    ['2026-02-28', '', 'done'],
    ['', '2024-02-29', 'done'],
    ['2026-01-01', '2026-01-01', 'done'],
    ['2026-01-02', '2026-01-01', 'DATE_INVALID'],
    ['2026-02-29', '', 'DATE_INVALID'],
    ['', '2026-13-01', 'DATE_INVALID'],
    ['0000-01-01', '', 'DATE_INVALID'],
  ];
  for (const [from, to, outcome] of ranges) {
    it(`from ${from || 'the beginning'} to ${to || 'the end'}: ${outcome}`, () => {
      expect(outcomeOf(from, to)).to.equal(outcome);
    });
  }

  it('shows what comes in as positive and what goes out as negative, to the last minor unit', () => {
    const entry = (side: Side, currencyCode: string, amount: string) =>
      lineOf(create(EntrySchema, { side, amount: { currencyCode, amount }, kind: JournalKind.TRANSFER })).amount.amount;
    expect(entry(Side.CREDIT, 'CZK', '90071992547409.93')).to.equal('90071992547409.93');
    expect(entry(Side.DEBIT, 'CZK', '90071992547409.93')).to.equal('-90071992547409.93');
    expect(entry(Side.DEBIT, 'JPY', '9007199254740993')).to.equal('-9007199254740993');
    expect(entry(Side.DEBIT, 'KWD', '0.001')).to.equal('-0.001');
  });

  it('names the kind, and the transaction unless the bank booked it by itself', () => {
    const line = (kind: JournalKind) =>
      lineOf(create(EntrySchema, { journalId: 'jnl_1', kind, amount: { currencyCode: 'CZK', amount: '1.00' } }));
    expect(line(JournalKind.DEPOSIT)).to.include({ kind: 'DEPOSIT', transactionId: 'txn_1', journalId: 'jnl_1' });
    expect(line(JournalKind.INTEREST)).to.include({ kind: 'INTEREST', transactionId: '' });
  });
});
