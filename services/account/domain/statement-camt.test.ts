import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { StatementSchema } from '#gen/bank/account/v1/statement_pb.ts';
import { statementCamt } from './statement-camt.ts';

describe('a statement as camt.053', () => {
  it('is written whatever its holders call their account', () => {
    const amount = { currencyCode: 'CZK', amount: '0.00' };
    const balances = { openingBalance: amount, closingBalance: amount, creditTotal: amount, debitTotal: amount };
    const days = { fromDate: '2026-11-01', toDate: '2026-11-30', createTime: timestampFromMs(0) };
    const statement = create(StatementSchema, {
      accountId: 'acc_1',
      iban: 'CZ6508000000192000145399',
      displayName: 'Our\u0001 house\uffff & <garden>',
      ...balances,
      ...days,
    });
    expect(statementCamt(statement)).to.include('<Nm>Our  house  &amp; &lt;garden&gt;</Nm>');
  });
});
