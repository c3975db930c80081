import { expect } from 'chai';
import { refused } from '#chassis/testing/service.ts';
import type { Account } from '#gen/bank/account/v1/account_pb.ts';
import { type Transaction, TransactionState } from '#gen/bank/transaction/v1/transaction_pb.ts';
import { useBank } from '../../_testbed/bank.ts';
import { openAccount, registerPerson } from '../../_testbed/opening.ts';
import { as, aTransfer, at, czk, deposit, of, transfer } from '../testing.ts';

describe('ListTransactions', () => {
  const bank = useBank({ edge: false });
  let jana = '';
  let petr = '';
  let mine: Account;
  let his: Account;
  const made: Transaction[] = [];

  before(async () => {
    [jana, petr] = await Promise.all([registerPerson(bank()), registerPerson(bank())]);
    [mine, his] = await Promise.all([openAccount(bank(), { owners: [jana] }), openAccount(bank(), { owners: [petr] })]);
    made.unshift(await deposit(bank(), mine, '100'));
    for (const amount of ['1', '2', '3', '4']) made.unshift(await transfer(bank(), mine, his, amount));
    made.unshift(await transfer(bank(), his, mine, '5'));
  });

  const ids = (transactions: readonly Transaction[]) => transactions.map(({ transactionId }) => transactionId);
  const amounts = (transactions: readonly Transaction[]) => transactions.map(({ amount }) => amount?.amount);

  it('lists what takes from and what pays to an account, newest first, page by page', async () => {
    const { accountId } = mine;
    const { transactions } = await of(bank(), jana).listTransactions({ accountId });
    expect(transactions).to.deep.equal(made);
    const paged: Transaction[] = [];
    let pageToken = '';
    do {
      const page = await of(bank(), jana).listTransactions({ accountId, pageSize: 2, pageToken });
      expect(page.transactions.length).to.be.at.most(2);
      paged.push(...page.transactions);
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(ids(paged)).to.deep.equal(ids(made));
    expect((await as(bank(), 'AUDITOR').listTransactions({})).transactions).to.deep.equal(made);
  });

  it('lists by amount, state and booking date', async () => {
    const { accountId, openDate } = mine;
    const list = async (filter: object) =>
      amounts((await of(bank(), jana).listTransactions({ accountId, ...filter })).transactions);
    expect(await list({ minimumAmount: czk('2'), maximumAmount: czk('4') })).to.deep.equal(['4.00', '3.00', '2.00']);
    expect(await list({ maximumAmount: { currencyCode: 'EUR', amount: '1000' } })).to.deep.equal([]);
    expect((await list({ states: [TransactionState.POSTED] })).length).to.equal(made.length);
    expect(await list({ states: [TransactionState.PENDING, TransactionState.REFUSED] })).to.deep.equal([]);
    expect((await list({ fromDate: openDate, toDate: openDate })).length).to.equal(made.length);
    const tomorrow = Temporal.PlainDate.from(openDate).add({ days: 1 }).toString();
    expect(await list({ fromDate: tomorrow })).to.deep.equal([]);
    expect(await list({ toDate: '2020-01-01' })).to.deep.equal([]);
  });

  it('finds texts whatever their case, accents and spaces, and what is between two accounts', async () => {
    const [one, other] = await Promise.all([
      openAccount(bank(), { owners: [jana] }),
      openAccount(bank(), { owners: [petr] }),
    ]);
    await deposit(bank(), one, '100');
    const { accountId } = one;
    for (const [creditor, text] of [
      [other, 'Nájem za květen'],
      [his, 'NAJEM ZA ČERVEN'],
      [other, 'lístky do divadla'],
    ] as const) {
      await of(bank(), jana).transferFunds({ ...aTransfer(one, creditor, '1'), remittanceInformation: text });
    }
    const texts = async (filter: object) => {
      const { transactions } = await of(bank(), jana).listTransactions({ accountId, ...filter });
      return transactions.map(({ remittanceInformation }) => remittanceInformation);
    };
    expect(await texts({ text: 'najem  ZA' })).to.deep.equal(['NAJEM ZA ČERVEN', 'Nájem za květen']);
    expect(await texts({ text: 'rent' })).to.deep.equal([]);
    const between = { counterpartyAccountId: other.accountId };
    expect(await texts(between)).to.deep.equal(['lístky do divadla', 'Nájem za květen']);
    expect(await texts({ ...between, text: 'nájem', maximumAmount: czk('1') })).to.deep.equal(['Nájem za květen']);
    expect(await texts({ ...between, text: 'nájem', minimumAmount: czk('1.01') })).to.deep.equal([]);
    const first = await of(bank(), jana).listTransactions({ accountId, text: 'najem', pageSize: 1 });
    expect(first.transactions.map(({ remittanceInformation }) => remittanceInformation)).to.deep.equal([
      'NAJEM ZA ČERVEN',
    ]);
    expect(await texts({ text: 'najem', pageSize: 1, pageToken: first.nextPageToken })).to.deep.equal([
      'Nájem za květen',
    ]);
    // Who is paid finds the text too; who is not asked for an account finds none.
    const seen = await of(bank(), petr).listTransactions({ accountId: other.accountId, text: 'DIVADLA' });
    expect(seen.transactions).to.have.length(1);
    await refused(as(bank(), 'AUDITOR').listTransactions({ text: 'najem' }), 'ACCOUNT_REQUIRED');
    await refused(as(bank(), 'AUDITOR').listTransactions({ counterpartyAccountId: accountId }), 'ACCOUNT_REQUIRED');
  });

  it('shows what was answered as booked as booked, before and after it is written down', async () => {
    const { accountId } = his;
    const transfers = Array.from({ length: 40 }, async () => {
      const { transactionId } = await transfer(bank(), mine, his, '0.01');
      const filter = { accountId, states: [TransactionState.POSTED] };
      const { transactions } = await of(bank(), petr).listTransactions(filter);
      expect(ids(transactions)).to.include(transactionId);
      const pending = { accountId, states: [TransactionState.PENDING] };
      expect(ids((await of(bank(), petr).listTransactions(pending)).transactions)).not.to.include(transactionId);
    });
    await Promise.all(transfers);
  });

  it('shows a customer nothing but the accounts that they hold', async () => {
    await refused(of(bank(), jana).listTransactions({}), 'ACCOUNT_REQUIRED');
    const foreign = await refused(of(bank(), jana).listTransactions({ accountId: his.accountId }), 'ACCOUNT_NOT_FOUND');
    const unknown = await refused(of(bank(), jana).listTransactions({ accountId: 'acc_unknown' }), 'ACCOUNT_NOT_FOUND');
    expect(JSON.stringify(foreign)).to.equal(JSON.stringify(unknown));
    await refused(as(bank(), 'TELLER').listTransactions({ accountId: 'acc_unknown' }), 'ACCOUNT_NOT_FOUND');
  });

  it('refuses filters that are none', async () => {
    const { accountId } = mine;
    const list = (filter: object) => of(bank(), jana).listTransactions({ accountId, ...filter });
    await refused(list({ fromDate: '2026-02-30' }), 'DATE_INVALID');
    await refused(list({ toDate: '0000-01-01' }), 'DATE_INVALID');
    await refused(list({ fromDate: '2026-02-02', toDate: '2026-02-01' }), 'DATE_INVALID');
    const euro = { currencyCode: 'EUR', amount: '9' };
    await refused(list({ minimumAmount: czk('1'), maximumAmount: euro }), 'CURRENCY_MISMATCH');
    await refused(list({ minimumAmount: { currencyCode: 'XXQ', amount: '9' } }), 'CURRENCY_UNKNOWN');
    await refused(list({ minimumAmount: czk('0') }), 'AMOUNT_NOT_POSITIVE');
    await refused(list({ minimumAmount: czk('0.001') }), 'CURRENCY_EXPONENT_EXCEEDED');
    await refused(list({ minimumAmount: czk('999999999999999999') }), 'AMOUNT_OUT_OF_RANGE');
    await refused(list({ pageToken: 'bm9uZQ' }), 'PAGE_TOKEN_INVALID');
    const { nextPageToken } = await list({ pageSize: 1 });
    await refused(list({ pageToken: nextPageToken, fromDate: '2020-01-01' }), 'PAGE_TOKEN_INVALID');
  });

  it('tells the payee of a failed transfer nothing, and the payer why', async () => {
    await refused(of(bank(), petr).transferFunds(aTransfer(his, mine, '5000')), 'INSUFFICIENT_FUNDS');
    const states = [TransactionState.REFUSED];
    expect((await of(bank(), jana).listTransactions({ accountId: mine.accountId, states })).transactions).to.deep.equal(
      [],
    );
    const { transactions } = await of(bank(), petr).listTransactions({ accountId: his.accountId, states });
    expect(transactions[0]?.stateChanges.at(-1)?.reason).to.equal('INSUFFICIENT_FUNDS');
  });

  it('lists to staff who are held to a branch what concerns an account of it', async () => {
    const here = await openAccount(bank(), { branchId: 'brn_here' });
    const order = await deposit(bank(), here, '7');
    const held = at(bank(), 'brn_here', 'TELLER');
    expect((await held.listTransactions({ accountId: here.accountId })).transactions).to.deep.equal([order]);
    await refused(held.listTransactions({}), 'ACCOUNT_REQUIRED');
    const foreign = await refused(held.listTransactions({ accountId: mine.accountId }), 'ACCOUNT_NOT_FOUND');
    const unknown = await refused(held.listTransactions({ accountId: 'acc_unknown' }), 'ACCOUNT_NOT_FOUND');
    expect(JSON.stringify(foreign)).to.equal(JSON.stringify(unknown));
  });
});
