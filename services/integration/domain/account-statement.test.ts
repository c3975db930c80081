import { expect } from 'chai';
import { readMessage } from '#rules/iso20022/reader.ts';
import { writeMessage } from '#rules/iso20022/writer.ts';
import { accountStatement } from './account-statement.ts';
import { mt940 } from './mt940.ts';

const czk = (amount: string) => ({ currencyCode: 'CZK', amount });
const DAY = {
  iban: 'CZ6508000000192000145399',
  fromDate: '2026-11-28',
  toDate: '2026-11-28',
  opening: czk('-10.00'),
  closing: czk('140.00'),
  entries: [
    {
      bookingDate: '2026-11-28',
      valueDate: '2026-11-27',
      amount: czk('200.00'),
      kind: 'CASH_DEPOSIT',
      journalId: 'jnl_1',
      transactionId: '',
      lineNumber: 7,
    },
    {
      bookingDate: '2026-11-28',
      valueDate: '2026-11-28',
      amount: czk('-50.00'),
      kind: 'TRANSFER',
      journalId: 'jnl_2',
      transactionId: 'txn_2',
      lineNumber: 8,
    },
  ],
};

describe('The statement of an account', () => {
  it('is a camt.053 whose sides are those of the signs', () => {
    const message = accountStatement(DAY, { time: '2026-11-28T23:00:00Z' });
    const again = readMessage(Buffer.from(writeMessage(message)));
    expect(again).to.deep.equal(message);
    const [statement] = message.content.Stmt;
    expect(statement?.Bal.map(({ Amt, CdtDbtInd }) => `${CdtDbtInd} ${Amt.value}`)).to.deep.equal([
      'DBIT 10.00',
      'CRDT 140.00',
    ]);
    expect(
      statement?.Ntry?.map(({ Amt, CdtDbtInd, AcctSvcrRef }) => [CdtDbtInd, Amt.value, AcctSvcrRef]),
    ).to.deep.equal([
      ['CRDT', '200.00', 'jnl_1'],
      ['DBIT', '50.00', 'txn_2'],
    ]);
  });

  it('can be said in MT940, and is one without entries too', () => {
    const { content } = accountStatement(
      { ...DAY, entries: [], closing: DAY.opening },
      { time: '2026-11-28T23:00:00Z' },
    );
    const [statement] = content.Stmt;
    if (!statement) throw new Error('no statement');
    expect(mt940(statement).split('\r\n').slice(3, 5)).to.deep.equal([':60F:D261128CZK10,', ':62F:D261128CZK10,']);
    expect(statement.Ntry).to.equal(undefined);
  });
});
