import { expect } from 'chai';
import { newId } from '#chassis/id.ts';
import { refused, staff } from '#chassis/testing/service.ts';
import { AccountingPeriodState } from '#gen/bank/ledger/v1/general_ledger_pb.ts';
import { JournalKind, Side } from '#gen/bank/ledger/v1/ledger_pb.ts';
import type { ClosePeriodResponse } from '#gen/bank/ledger/v1/ledger_service_pb.ts';
import { Workload } from '#gen/bank/options/v1/options_pb.ts';
import { journal, useLedger } from '../testing.ts';
import { booksOf } from '../testing-books.ts';

describe('ClosePeriod', () => {
  const bank = useLedger();
  const books = booksOf(bank);
  let alice: string;
  let fees: string;
  let paid: string;
  const { FEE, INTEREST, MIGRATION } = JournalKind;
  const earn = (amount: string) => bank.post([journal(alice, fees, amount, { kind: FEE })]);
  const spend = (amount: string) => bank.post([journal(paid, alice, amount, { kind: INTEREST })], 'account');
  const results = ({ period }: ClosePeriodResponse) =>
    period?.results.map(({ income, expenses, result }) => [income?.amount, expenses?.amount, result?.amount].join(' '));

  before(async () => {
    alice = await bank.funded('1000.00');
    [fees, paid] = [await books.own('4010'), await books.own('5010')];
  });

  it('takes income and expenses to retained earnings; the statements of the period answer as before', async () => {
    await earn('10.00');
    await spend('4.00');
    const day = await books.endDay();
    // What comes after the period is none of it.
    await earn('1.00');
    const before = { sheet: await books.sheet(day), income: await books.income('', day) };
    expect(before.sheet).to.deep.equal([
      'EUR | 1010 1000.00 = 1000.00 | 2010 994.00 = 994.00 |  = 0.00 | result 6.00 | 1000.00 = 1000.00',
    ]);
    const answer = await books.close(day);
    const today = await books.today();
    expect(answer.period).to.include({ startDate: '', endDate: day, bookingDate: today });
    expect(answer.period?.state).to.equal(AccountingPeriodState.CLOSED);
    expect(results(answer)).to.deep.equal(['10.00 4.00 6.00']);
    expect({ sheet: await books.sheet(day), income: await books.income('', day) }).to.deep.equal(before);
    expect(await books.income()).to.deep.equal(['EUR | 4010 11.00 = 11.00 | 5010 4.00 = 4.00 | 7.00']);
    expect(await books.sheet()).to.deep.equal([
      'EUR | 1010 1000.00 = 1000.00 | 2010 993.00 = 993.00 | 3020 6.00 = 6.00 | result 1.00 | 1000.00 = 1000.00',
    ]);
    expect([await bank.booked(fees), await bank.booked(paid)]).to.deep.equal(['1.00', '0.00']);
  });

  it('books one journal per currency, which the ledger itself owns, and counts on the last day of the period', async () => {
    const yen = await bank.funded('500', { currencyCode: 'JPY' });
    const yenFees = await books.own('4010', 'JPY');
    const moreFees = await books.own('4010');
    await bank.post([
      journal(yen, yenFees, '25', { kind: FEE, currency: 'JPY' }),
      journal(alice, moreFees, '0.50', { kind: FEE }),
    ]);
    const day = await books.endDay();
    const answer = await books.close(day);
    expect(results(answer)).to.deep.equal(['1.50 0.00 1.50', '25 0 25']);
    const [euro, yens] = answer.period?.results ?? [];
    const { journal: read } = await bank.as('account').getJournal({ journalId: euro?.journalId ?? '' });
    expect(read).to.include({
      kind: JournalKind.PERIOD_CLOSE,
      owner: Workload.LEDGER,
      valueDate: day,
      bookingDate: await books.today(),
    });
    expect(
      read?.entries.map(({ ledgerAccountId, side, amount }) => [ledgerAccountId, side, amount?.amount]),
    ).to.deep.equal([
      [fees, Side.DEBIT, '1.00'],
      [moreFees, Side.DEBIT, '0.50'],
      ['lac_retained_earnings_eur', Side.CREDIT, '1.50'],
    ]);
    expect(yens?.result?.currencyCode).to.equal('JPY');
    const events = await bank.database.query<{ type: string }>(
      'select type from outbox where aggregate_id = any($1) order by type',
      [[`period_${day}`, 'lac_retained_earnings_jpy']],
    );
    expect(events.map(({ type }) => type)).to.deep.equal([
      'bank.ledger.v1.AccountingPeriodClosed',
      'bank.ledger.v1.LedgerAccountOpened',
    ]);
    const published = (await bank.published()).map(({ journal }) => journal?.journalId);
    expect(published).to.include(euro?.journalId);
  });

  it('is done once: the same key answers the same, and a period is not closed twice', async () => {
    await earn('2.00');
    const day = await books.endDay();
    const requestId = newId('evt');
    const first = await books.close(day, { requestId });
    expect(await books.close(day, { requestId })).to.deep.equal(first);
    const before = Temporal.PlainDate.from(day).subtract({ days: 1 }).toString();
    await refused(books.close(before, { requestId }), 'REQUEST_EXISTS');
    const refusal = await refused(books.close(day), 'ACCOUNTING_PERIOD_CLOSED');
    expect(refusal.metadata).to.deep.equal({ end_date: day });
    await refused(books.close(before), 'ACCOUNTING_PERIOD_CLOSED');
    await refused(books.close('1990-12-31'), 'ACCOUNTING_PERIOD_CLOSED');
    expect((await books.sheet(await books.today()))[0]).to.include('3020 9.50 = 9.50 | result 0.00');
  });

  it('waits for every day of the period to be closed', async () => {
    const day = await books.today();
    const backOffice = bank.asPrincipal(staff('BACK_OFFICE'));
    expect((await refused(books.close(day), 'ACCOUNTING_PERIOD_NOT_OVER')).metadata).to.deep.equal({ date: day });
    await backOffice.advanceBusinessDate({ requestId: newId('evt'), openDate: day });
    expect((await refused(books.close(day), 'ACCOUNTING_PERIOD_NOT_OVER')).metadata).to.deep.equal({ date: day });
    await refused(books.close('9999-12-31'), 'ACCOUNTING_PERIOD_NOT_OVER');
    await backOffice.closeBusinessDate({ requestId: newId('evt'), closingDate: day });
    const answer = await books.close(day);
    expect(results(answer)).to.deep.equal([]);
    expect(answer.period?.state).to.equal(AccountingPeriodState.CLOSED);
  });

  it('takes history of a closed period, that came in after its closing, with the next one', async () => {
    const dora = await bank.open({ migrating: true, floor: null });
    const history = { kind: MIGRATION, bookingDate: '1998-06-30' };
    await bank.post([journal(dora, fees, '7.00', history), journal(dora, paid, '3.00', history)]);
    await earn('0.25');
    const day = await books.endDay();
    await earn('50.00');
    const answer = await books.close(day);
    expect(results(answer)).to.deep.equal(['7.25 -3.00 10.25']);
    expect((await books.sheet()).find((line) => line.startsWith('EUR'))).to.include(
      '3020 19.75 = 19.75 | result 50.00',
    );
  });

  it('tells what would happen, without it happening', async () => {
    const day = await books.endDay();
    const rehearsed = await books.close(day, { validateOnly: true });
    expect(results(rehearsed)).to.deep.equal(['50.00 0.00 50.00']);
    const { periods } = await bank.asPrincipal(staff('AUDITOR')).listPeriods({});
    expect(periods.map(({ endDate }) => endDate)).not.to.include(day);
    await refused(books.close(await books.today(), { validateOnly: true }), 'ACCOUNTING_PERIOD_NOT_OVER');
    expect(results(await books.close(day))).to.deep.equal(['50.00 0.00 50.00']);
  });

  it('is done once, however many ask at once', async () => {
    await earn('8.00');
    const day = await books.endDay();
    const asked = await Promise.allSettled(Array.from({ length: 10 }, () => books.close(day)));
    expect(asked.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    for (const one of asked) {
      if (one.status === 'fulfilled') continue;
      expect((one.reason as Error & { reason: string }).reason).to.be.oneOf([
        'ACCOUNTING_PERIOD_CLOSING',
        'ACCOUNTING_PERIOD_CLOSED',
      ]);
    }
    expect((await books.sheet()).find((line) => line.startsWith('EUR'))).to.include('3020 77.75 = 77.75 | result 0.00');
  });

  it('refuses while an account of it takes nothing, and tries again for another key', async () => {
    await earn('1.00');
    const day = await books.endDay();
    const freeze = (frozen: boolean) =>
      bank.as('account').setLedgerAccountFreeze({
        requestId: newId('evt'),
        ledgerAccountId: fees,
        decreaseFrozen: frozen,
        increaseFrozen: frozen,
      });
    await freeze(true);
    const requestId = newId('evt');
    await refused(books.close(day, { requestId }), 'LEDGER_ACCOUNT_FROZEN');
    await freeze(false);
    await refused(books.close(day, { requestId }), 'LEDGER_ACCOUNT_FROZEN');
    expect(results(await books.close(day))).to.deep.equal(['1.00 0.00 1.00']);
  });

  it('takes what a closed account earned from another one of its line, and refuses where there is none', async () => {
    const charged = await books.own('4020');
    const interest = (debit: string, credit: string) =>
      bank.post([journal(debit, credit, '2.00', { kind: INTEREST })], 'account');
    await interest(alice, charged);
    const day = await books.endDay();
    await interest(charged, alice);
    await bank.as('account').closeLedgerAccount({ requestId: newId('evt'), ledgerAccountId: charged });
    await refused(books.close(day), 'LEDGER_ACCOUNT_CLOSED');
    const other = await books.own('4020');
    expect(results(await books.close(day))).to.deep.equal(['2.00 0.00 2.00']);
    expect(await bank.booked(other)).to.equal('-2.00');
    const next = await books.endDay();
    expect(results(await books.close(next))).to.deep.equal(['-2.00 0.00 -2.00']);
    expect(await bank.booked(other)).to.equal('0.00');
  });

  it('takes accounts below their floors, and refuses what cannot be booked', async () => {
    const small = await books.own('4010', 'USD');
    const dollars = await bank.funded('10.00', { currencyCode: 'USD' });
    const pay = (debit: string, credit: string, amount: string) =>
      bank.post([journal(debit, credit, amount, { kind: FEE, currency: 'USD' })]);
    await pay(dollars, small, '5.00');
    const day = await books.endDay();
    await pay(small, dollars, '4.00');
    const floor = { currencyCode: 'USD', amount: '0.00' };
    await bank.as('account').setLedgerAccountLimits({ requestId: newId('evt'), ledgerAccountId: small, floor });
    await bank.open({ ledgerAccountId: 'lac_retained_earnings_usd', currencyCode: 'USD' });
    await refused(books.close(day), 'LEDGER_ACCOUNT_EXISTS');
    await bank.database.query(
      "update ledger_account set general_ledger_code = '3020', account_id = null where id = $1",
      ['lac_retained_earnings_usd'],
    );
    expect(results(await books.close(day))).to.deep.equal(['5.00 0.00 5.00']);
    expect(await bank.booked(small)).to.equal('-4.00');
  });

  it('refuses what is migrating, and what is more than the ledger holds', async () => {
    const [rich, till] = [await books.own('4010', 'CZK'), await bank.cash('CZK')];
    const most = '92233720368547758.07';
    await bank.post([journal(till, rich, most, { kind: FEE, currency: 'CZK' })]);
    const day = await books.endDay();
    await books.close(day);
    const other = await bank.cash('CZK');
    await bank.post([journal(other, rich, '0.01', { kind: FEE, currency: 'CZK' })]);
    const next = await books.endDay();
    await refused(books.close(next), 'BALANCE_OUT_OF_RANGE');
    const migrating = await bank.open({ accountId: '', generalLedgerCode: '4010', migrating: true, floor: null });
    const dora = await bank.open({ migrating: true, floor: null });
    await bank.post([journal(dora, migrating, '1.00', { kind: MIGRATION, bookingDate: '1998-06-30' })]);
    await bank.post([journal(rich, other, '0.01', { kind: FEE, currency: 'CZK' })]);
    const last = await books.endDay();
    await refused(books.close(last), 'LEDGER_ACCOUNT_MIGRATING');
  });

  it('is for the back office alone, and asks for a day', async () => {
    const asked = { requestId: newId('evt'), endDate: '2026-12-31' };
    await refused(bank.asPrincipal(staff('AUDITOR', 'TREASURY')).closePeriod(asked), 'CALLER_NOT_ALLOWED');
    await refused(bank.as('account').closePeriod(asked), 'CALLER_NOT_ALLOWED');
    await refused(books.close('2026-02-30'), 'DATE_INVALID');
    await refused(books.close(''), 'REQUEST_INVALID');
  });
});
