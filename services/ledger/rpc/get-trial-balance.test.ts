import { expect } from 'chai';
import { refused, staff } from '#chassis/testing/service.ts';
import { JournalKind } from '#gen/bank/ledger/v1/ledger_pb.ts';
import { journal, useLedger } from '../testing.ts';

describe('GetTrialBalance', () => {
  const bank = useLedger();
  const read = async (bookingDate = '') => {
    const { lines, totals } = await bank.asPrincipal(staff('AUDITOR')).getTrialBalance({ bookingDate });
    return {
      lines: lines.map(({ generalLedgerCode: code, debit, credit }) =>
        [code, debit?.currencyCode, debit?.amount, credit?.amount].join(' '),
      ),
      totals: totals.map(({ debit, credit }) => [debit?.currencyCode, debit?.amount, credit?.amount].join(' ')),
    };
  };

  it('is empty where nothing is booked', async () => {
    expect(await read()).to.deep.equal({ lines: [], totals: [] });
  });

  it('adds up every general-ledger account, and debit equals credit in every currency', async () => {
    const cash = await bank.cash();
    const alice = await bank.funded('100.00');
    await bank.funded('500', { currencyCode: 'JPY' });
    const fees = await bank.open({ accountId: '', generalLedgerCode: '4010', floor: null });
    await bank.post([journal(alice, cash, '30.00'), journal(alice, fees, '2.50', { kind: JournalKind.FEE })]);
    expect(await read()).to.deep.equal({
      lines: ['1010 EUR 70.00 0.00', '2010 EUR 0.00 67.50', '4010 EUR 0.00 2.50', '1010 JPY 500 0', '2010 JPY 0 500'],
      totals: ['EUR 70.00 70.00', 'JPY 500 500'],
    });
  });

  it('goes up to a booking date', async () => {
    const cash = await bank.cash('KWD');
    const alice = await bank.open({ currencyCode: 'KWD', migrating: true, floor: null });
    const history = (bookingDate: string, amount: string) =>
      journal(cash, alice, amount, { kind: JournalKind.MIGRATION, bookingDate, currency: 'KWD' });
    await bank.post([history('2019-12-31', '1.001'), history('2020-01-01', '2.002')]);
    expect((await read('2019-12-31')).totals).to.deep.equal(['KWD 1.001 1.001']);
    expect((await read('2020-01-01')).lines).to.deep.equal(['1010 KWD 3.003 0.000', '2010 KWD 0.000 3.003']);
  });

  it('refuses a day that is none, and customers', async () => {
    await refused(read('2020-02-30'), 'DATE_INVALID');
    await refused(bank.asPrincipal(staff('TELLER')).getTrialBalance({}), 'CALLER_NOT_ALLOWED');
  });
});
