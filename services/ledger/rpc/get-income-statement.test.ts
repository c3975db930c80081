import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/service.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { journal, useLedger } from '../testing.ts';
import { booksOf } from '../testing-books.ts';

describe('GetIncomeStatement', () => {
  const bank = useLedger();
  const books = booksOf(bank);

  it('is empty where nothing is earned or spent', async () => {
    await bank.funded('100.00');
    expect(await books.income()).to.deep.equal([]);
  });

  it('shows what was earned and spent on a range of days', async () => {
    const [fees, charged, paid] = [await books.own('4010'), await books.own('4020'), await books.own('5010')];
    const alice = await bank.open({ migrating: true, floor: null });
    const history = (debit: string, credit: string, bookingDate: string, amount: string) =>
      journal(debit, credit, amount, { kind: JournalKind.MIGRATION, bookingDate });
    await bank.post([
      history(alice, fees, '2020-01-31', '3.00'),
      history(alice, charged, '2020-02-29', '0.20'),
      history(paid, alice, '2020-02-29', '5.00'),
      history(alice, fees, '2020-03-31', '3.00'),
    ]);
    expect(await books.income()).to.deep.equal(['EUR | 4010 6.00, 4020 0.20 = 6.20 | 5010 5.00 = 5.00 | 1.20']);
    expect(await books.income('2020-02-01', '2020-02-29')).to.deep.equal([
      'EUR | 4020 0.20 = 0.20 | 5010 5.00 = 5.00 | -4.80',
    ]);
    expect(await books.income('', '2020-01-31')).to.deep.equal(['EUR | 4010 3.00 = 3.00 |  = 0.00 | 3.00']);
    expect(await books.income('2020-03-01')).to.deep.equal(['EUR | 4010 3.00 = 3.00 |  = 0.00 | 3.00']);
    expect(await books.income('2020-02-01', '2020-02-01')).to.deep.equal([]);
  });

  it('refuses days that are none, and who may not see it', async () => {
    await refused(books.income('2020-02-30'), 'DATE_INVALID');
    await refused(books.income('', '2020-02-30'), 'DATE_INVALID');
    await refused(books.income('2020-02-02', '2020-02-01'), 'DATE_INVALID');
    await refused(bank.asPrincipal(staff('TELLER')).getIncomeStatement({}), 'CALLER_NOT_ALLOWED');
  });
});
