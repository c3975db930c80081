import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/service.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { journal, useLedger } from '../testing.ts';
import { booksOf } from '../testing-books.ts';

describe('GetBalanceSheet', () => {
  const bank = useLedger();
  const books = booksOf(bank);

  it('is empty where nothing is booked', async () => {
    expect(await books.sheet()).to.deep.equal([]);
  });

  it('shows assets, liabilities, equity and the current result, which balance in every currency', async () => {
    const { DEPOSIT, FEE, INTEREST } = JournalKind;
    const cash = await bank.cash();
    const [capital, fees, paid] = [await books.own('3010'), await books.own('4010'), await books.own('5010')];
    const alice = await bank.open();
    const saver = await bank.open({ generalLedgerCode: '2020' });
    await bank.post([
      journal(cash, capital, '1000.00', { kind: DEPOSIT }),
      journal(cash, alice, '100.00', { kind: DEPOSIT }),
      journal(cash, saver, '50.00', { kind: DEPOSIT }),
      journal(alice, fees, '2.50', { kind: FEE }),
    ]);
    await bank.post([journal(paid, saver, '0.75', { kind: INTEREST })], 'account');
    await bank.funded('500', { currencyCode: 'JPY' });
    expect(await books.sheet()).to.deep.equal([
      'EUR | 1010 1150.00 = 1150.00 | 2010 97.50, 2020 50.75 = 148.25 | 3010 1000.00 = 1000.00 | result 1.75 | 1150.00 = 1150.00',
      'JPY | 1010 500 = 500 | 2010 500 = 500 |  = 0 | result 0 | 500 = 500',
    ]);
  });

  it('goes up to a booking date, and shows what stands on the other side as less than zero', async () => {
    const cash = await bank.cash('KWD');
    const [alice, fees] = [
      await bank.open({ currencyCode: 'KWD', migrating: true, floor: null }),
      await books.own('4010', 'KWD'),
    ];
    const history = (debit: string, credit: string, bookingDate: string, amount: string) =>
      journal(debit, credit, amount, { kind: JournalKind.MIGRATION, bookingDate, currency: 'KWD' });
    await bank.post([
      history(alice, cash, '2019-12-30', '1.001'),
      history(alice, fees, '2019-12-31', '0.500'),
      history(cash, alice, '2020-01-01', '3.000'),
    ]);
    const kwd = async (date: string) => (await books.sheet(date)).filter((line) => line.startsWith('KWD'));
    expect(await kwd('2019-12-29')).to.deep.equal([]);
    expect(await kwd('2019-12-31')).to.deep.equal([
      'KWD | 1010 -1.001 = -1.001 | 2010 -1.501 = -1.501 |  = 0.000 | result 0.500 | -1.001 = -1.001',
    ]);
    expect(await kwd('2020-01-01')).to.deep.equal([
      'KWD | 1010 1.999 = 1.999 | 2010 1.499 = 1.499 |  = 0.000 | result 0.500 | 1.999 = 1.999',
    ]);
  });

  it('refuses a day that is none, and who may not see it', async () => {
    await refused(books.sheet('2020-02-30'), 'DATE_INVALID');
    await refused(books.sheet('yesterday'), 'REQUEST_INVALID');
    await refused(bank.asPrincipal(staff('TELLER')).getBalanceSheet({}), 'CALLER_NOT_ALLOWED');
  });
});
