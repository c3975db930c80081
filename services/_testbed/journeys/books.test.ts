// The bank's books as its back office keeps them: a day's business, its statements, the closing, and the past of it all.
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { refused } from '#chassis/testing/clients.ts';
import { whileRefused } from '../patience.ts';
import { AUDITOR, BACK_OFFICE, type Counter, counter, listAt, money, objectAt, TELLER, textAt } from './counter.ts';
import { type Door, PROTOCOLS } from './doors.ts';
import { useJourney } from './journey.ts';

describe("The bank's books", function books() {
  this.timeout(60_000);
  const journey = useJourney();
  let door: Door;
  let at: Counter;
  let accountId = '';
  let ledgerAccountId = '';

  before(async () => {
    door = journey.door('gRPC');
    at = counter(door);
    await door.call(BACK_OFFICE, 'account.CreateProduct', {
      requestId: randomUUID(),
      productId: 'prd_dear_czk',
      type: 'PRODUCT_TYPE_CURRENT',
      currencyCode: 'CZK',
      displayName: 'With a fee',
      terms: { fees: [{ operation: 'OPERATION_CASH_WITHDRAWAL', flat: money('15.00') }] },
    });
    ({ accountId } = await at.personWithAccount('Jana', 'prd_dear_czk'));
    ledgerAccountId = accountId.replace('acc_', 'lac_');
    await at.deposit(accountId, money('1000.00'));
  });

  const withdraw = (amount: string) =>
    door.call(TELLER, 'transaction.WithdrawCash', {
      requestId: randomUUID(),
      debtorAccountId: accountId,
      amount: money(amount),
    });
  const today = async () => textAt(await door.call(BACK_OFFICE, 'ledger.GetBusinessDate', {}), 'openDate');
  const endDay = async () => {
    const openDate = await today();
    await door.call(BACK_OFFICE, 'ledger.AdvanceBusinessDate', { requestId: randomUUID(), openDate });
    await whileRefused('DAY_STEPS_NOT_DONE', () =>
      door.call(BACK_OFFICE, 'ledger.CloseBusinessDate', { requestId: randomUUID(), closingDate: openDate }),
    );
    return openDate;
  };
  const sheet = async (bookingDate = '', through = door) => {
    const [one] = listAt(await through.call(AUDITOR, 'ledger.GetBalanceSheet', { bookingDate }), 'balanceSheets');
    const total = (name: string) => textAt(one ?? {}, name, 'total', 'amount');
    const [result, both] = ['currentResult', 'liabilitiesAndEquity'].map((name) => textAt(one ?? {}, name, 'amount'));
    return [total('assets'), total('liabilities'), total('equity'), result, both].join(' ');
  };
  const income = async (toDate: string, through = door) => {
    const answer = await through.call(AUDITOR, 'ledger.GetIncomeStatement', { toDate });
    return listAt(answer, 'incomeStatements').map((one) => textAt(one, 'result', 'amount'));
  };

  it('are closed once, and answer for the closed period as before, over every protocol', async () => {
    await withdraw('100.00');
    const day = await endDay();
    await withdraw('100.00');
    expect([await sheet(day), await sheet()]).to.deep.equal([
      '900.00 885.00 0.00 15.00 900.00',
      '800.00 770.00 0.00 30.00 800.00',
    ]);
    const request = { requestId: randomUUID(), endDate: day };
    await refused(door.call(TELLER, 'ledger.ClosePeriod', request), 'CALLER_NOT_ALLOWED');
    const first = await door.call(BACK_OFFICE, 'ledger.ClosePeriod', request);
    expect(objectAt(first, 'period')).to.include({ endDate: day, bookingDate: await today() });
    expect(listAt(first, 'period', 'results').map((one) => textAt(one, 'result', 'amount'))).to.deep.equal(['15.00']);
    for (const protocol of PROTOCOLS) {
      const through = journey.door(protocol);
      expect(await through.call(BACK_OFFICE, 'ledger.ClosePeriod', request)).to.deep.equal(first);
      const other = { ...request, requestId: randomUUID() };
      await refused(through.call(BACK_OFFICE, 'ledger.ClosePeriod', other), 'ACCOUNTING_PERIOD_CLOSED');
      expect(await sheet(day, through)).to.equal('900.00 885.00 0.00 15.00 900.00');
      expect(await sheet('', through)).to.equal('800.00 770.00 15.00 15.00 800.00');
      expect([await income(day, through), await income('', through)]).to.deep.equal([['15.00'], ['30.00']]);
      const { periods } = await through.call(AUDITOR, 'ledger.ListPeriods', {});
      expect(periods).to.deep.equal([objectAt(first, 'period')]);
      const tied = await through.call(AUDITOR, 'ledger.TieOutGeneralLedger', {});
      expect(tied['tied']).to.equal(true);
    }
  });

  it('keep what was known, whatever is booked later', async () => {
    const asked = (more: JsonObject) =>
      door.call(AUDITOR, 'ledger.GetBalances', { ledgerAccountIds: [ledgerAccountId], ...more });
    const entries = (more: JsonObject) => door.call(AUDITOR, 'ledger.ListEntries', { ledgerAccountId, ...more });
    const knownAt = new Date().toISOString();
    const asOfValueDate = await today();
    const questions = [{ knownAt }, { asOfValueDate }, { knownAt, asOfValueDate }];
    const before = await Promise.all(questions.flatMap((one) => [asked(one), entries(one)]));
    expect(textAt(before[0] ?? {}, 'balances', '0', 'booked', 'amount')).to.equal('770.00');
    await new Promise((resolve) => setTimeout(resolve, 5));
    await at.deposit(accountId, money('1.00'));
    const [balance, list, , , both, bothList] = await Promise.all(
      questions.flatMap((one) => [asked(one), entries(one)]),
    );
    expect([balance, list, both, bothList]).to.deep.equal([before[0], before[1], before[4], before[5]]);
    const ahead = new Date(Date.now() + 60_000).toISOString();
    await refused(asked({ knownAt: ahead }), 'KNOWN_AT_IN_FUTURE');
    await refused(entries({ knownAt: ahead }), 'KNOWN_AT_IN_FUTURE');
    expect((await asked({ knownAt: '2020-01-01T00:00:00Z' }))['balances']).to.equal(undefined);
    await refused(entries({ knownAt: '2020-01-01T00:00:00Z' }), 'LEDGER_ACCOUNT_NOT_FOUND');
  });
});
