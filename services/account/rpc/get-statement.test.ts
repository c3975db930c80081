import { expect } from 'chai';
import fc from 'fast-check';
import { fromMoney } from '#chassis/money.ts';
import { holds } from '#chassis/testing/property.ts';
import { refused } from '#chassis/testing/service.ts';
import type { Account, StatementEntry } from '#gen/bank/account/v1/account_pb.ts';
import type { GetStatementResponse } from '#gen/bank/account/v1/account_service_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import {
  ACCOUNT_BANK,
  accountsAs,
  accountsOf,
  openAccount,
  payIn,
  registerPerson,
  told,
} from '../../_testbed/opening.ts';

describe('GetStatement', () => {
  const bank = useBank(ACCOUNT_BANK);
  let owner = '';
  let account: Account;
  const journals: string[] = [];

  before(async () => {
    owner = await registerPerson(bank());
    account = await openAccount(bank(), { owners: [owner], migrating: true });
    for (const [date, amount] of [
      ['2020-01-03', '100.00'],
      ['2020-01-01', '0.01'],
      ['2020-01-03', '-150.00'],
      ['2020-02-29', '75.50'],
    ] as const) {
      journals.push(await payIn(bank(), account, amount, date));
    }
  });

  const minor = (money: { currencyCode: string; amount: string } | undefined) => (money ? fromMoney(money).minor : 0n);

  async function wholeStatement(range: { fromDate?: string; toDate?: string; pageSize?: number }) {
    const client = accountsOf(bank(), owner);
    const entries: StatementEntry[] = [];
    for (let pageToken = ''; ; ) {
      const page: GetStatementResponse = await client.getStatement({
        ...range,
        accountId: account.accountId,
        pageToken,
      });
      entries.push(...page.entries);
      pageToken = page.nextPageToken;
      if (pageToken === '') return { ...page, entries };
    }
  }

  it('lists what was booked by its day, with the balance after each', async () => {
    const statement = await wholeStatement({});
    expect(statement.iban).to.equal(account.iban);
    expect(
      statement.entries.map((entry) => [entry.bookingDate, entry.amount?.amount, entry.runningBalance?.amount]),
    ).to.deep.equal([
      ['2020-01-01', '0.01', '0.01'],
      ['2020-01-03', '100.00', '100.01'],
      ['2020-01-03', '-150.00', '-49.99'],
      ['2020-02-29', '75.50', '25.51'],
    ]);
    expect([statement.openingBalance?.amount, statement.closingBalance?.amount]).to.deep.equal(['0.00', '25.51']);
    const [first = '', second = ''] = journals;
    const suffix = (id: string) => id.slice(4);
    expect(statement.entries.map(({ journalId }) => journalId).slice(0, 2)).to.deep.equal([second, first]);
    expect(statement.entries[1]).to.deep.include({
      kind: 'MIGRATION',
      journalId: first,
      transactionId: `txn_${suffix(first)}`,
      valueDate: '2020-01-03',
    });
  });

  it('takes a range of days', async () => {
    const { entries, openingBalance, closingBalance } = await wholeStatement({
      fromDate: '2020-01-02',
      toDate: '2020-01-31',
    });
    expect(entries).to.have.length(2);
    expect([openingBalance?.amount, closingBalance?.amount]).to.deep.equal(['0.01', '-49.99']);
    const empty = await wholeStatement({ fromDate: '2021-01-01' });
    expect([empty.openingBalance?.amount, empty.closingBalance?.amount]).to.deep.equal(['25.51', '25.51']);
  });

  it('always adds up: opening balance, all entries of all pages, closing balance', async () => {
    const day = fc
      .integer({ min: 0, max: 90 })
      .map((days) => Temporal.PlainDate.from('2019-12-15').add({ days }).toString());
    await holds(
      fc.asyncProperty(day, day, fc.integer({ min: 1, max: 5 }), async (one, other, pageSize) => {
        const [fromDate, toDate] = [one, other].toSorted();
        const { entries, openingBalance, closingBalance } = await wholeStatement({
          fromDate: fromDate ?? '',
          toDate: toDate ?? '',
          pageSize,
        });
        const sum = entries.reduce((total, { amount }) => total + minor(amount), minor(openingBalance));
        expect(sum).to.equal(minor(closingBalance));
        let running = minor(openingBalance);
        for (const { amount, runningBalance } of entries) {
          running += minor(amount);
          expect(minor(runningBalance)).to.equal(running);
        }
      }),
      { runs: 25, proofRuns: 500 },
    );
  });

  it('adds up while money moves', async () => {
    const busy = await openAccount(bank(), { owners: [owner] });
    let moving = true;
    const movement = (async () => {
      while (moving) await payIn(bank(), busy, '1.00');
    })();
    const client = accountsOf(bank(), owner);
    for (let round = 0; round < 10; round += 1) {
      let sum = 0n;
      let page: GetStatementResponse | undefined;
      do {
        const pageToken = page?.nextPageToken ?? '';
        page = await client.getStatement({ accountId: busy.accountId, pageSize: 7, pageToken });
        for (const { amount } of page.entries) sum += minor(amount);
      } while (page.nextPageToken !== '');
      expect(minor(page.openingBalance) + sum).to.equal(minor(page.closingBalance));
    }
    moving = false;
    await movement;
  });

  it('refuses dates that are none, and ranges that end before they begin', async () => {
    const client = accountsOf(bank(), owner);
    const { accountId } = account;
    await refused(client.getStatement({ accountId, fromDate: '2020-02-30' }), 'DATE_INVALID');
    await refused(client.getStatement({ accountId, fromDate: '2020-02-02', toDate: '2020-02-01' }), 'DATE_INVALID');
    await refused(client.getStatement({ accountId, fromDate: 'today' }), 'REQUEST_INVALID');
  });

  it('binds a page to its account and range', async () => {
    const client = accountsOf(bank(), owner);
    const { accountId } = account;
    const { nextPageToken: pageToken } = await client.getStatement({ accountId, pageSize: 1 });
    expect(pageToken.length).to.be.within(1, 512);
    await refused(client.getStatement({ accountId, pageToken, fromDate: '2020-01-01' }), 'PAGE_TOKEN_INVALID');
    const other = await openAccount(bank(), { owners: [owner] });
    await refused(client.getStatement({ accountId: other.accountId, pageToken }), 'PAGE_TOKEN_INVALID');
  });

  it('answers a stranger as if there were none', async () => {
    const stranger = accountsOf(bank(), await registerPerson(bank()));
    const { accountId } = account;
    const foreign = await refused(stranger.getStatement({ accountId }), 'ACCOUNT_NOT_FOUND');
    const unknown = await refused(stranger.getStatement({ accountId: 'acc_x' }), 'ACCOUNT_NOT_FOUND');
    expect(told(foreign)).to.deep.equal(told(unknown));
    await refused(accountsAs(bank(), 'AUDITOR').getStatement({ accountId: 'acc_x' }), 'ACCOUNT_NOT_FOUND');
  });
});
