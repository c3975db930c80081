import { expect } from 'chai';
import { PROOF } from '#chassis/testing/property.ts';
import type { Account } from '#gen/bank/account/v1/account_pb.ts';
import { useBank } from '../_testbed/bank.ts';
import { openAccount, registerPerson } from '../_testbed/opening.ts';
import { aTransfer, czk, deposit, of } from './testing.ts';

const COUNT = PROOF ? 1_000_000 : 30_000;

describe(`The history of an account, among ${COUNT.toLocaleString('en')} transactions`, function suite() {
  this.timeout(10 * 60_000);
  const bank = useBank({ edge: false });
  let jana = '';
  let mine: Account;
  let his: Account;
  const rows = <Row extends object>(text: string) => bank().database('transaction').query<Row>(text);

  before('half of them are of one account, with texts that were sealed once', async () => {
    jana = await registerPerson(bank());
    [mine, his] = await Promise.all([openAccount(bank(), { owners: [jana] }), openAccount(bank(), { owners: [jana] })]);
    await deposit(bank(), mine, '100');
    const remittanceInformation = 'rent for May';
    const sent = await of(bank(), jana).transferFunds({ ...aTransfer(mine, his, '1'), remittanceInformation });
    expect(sent.transaction?.remittanceInformation).to.equal(remittanceInformation);
    await rows(`
      insert into transaction (id, type, state, debtor_account_id, creditor_account_id, party_id, currency, amount, fees,
        particulars, booking_date, value_date, create_time)
      select 'txn_0' || lpad(n::text, 25, '0'), 'transfer', 'posted',
        case when n % 2 = 0 then '${mine.accountId}' else 'acc_' || n % 1000 end,
        case when n % 100 = 0 then '${his.accountId}' else 'acc_b' || n % 5000 end,
        o.party_id, 'CZK', 100 + n % 100000, '{}', o.particulars,
        date '2020-01-01' + n / 500, date '2020-01-01' + n / 500, now()
      from generate_series(1, ${COUNT}) n, (select * from transaction where particulars is not null limit 1) o
    `);
    await rows('vacuum analyze transaction');
  });

  /** What is asked; how many an answer has at least; and how its statement may find them. */
  const questions: readonly (readonly [what: string, filter: () => object, count: number])[] = [
    ['the newest', () => ({}), 100],
    ['of a day', () => ({ fromDate: '2020-01-05', toDate: '2020-01-05' }), 100],
    ['of an amount', () => ({ minimumAmount: czk('150'), maximumAmount: czk('150') }), 1],
    ['with a counterparty', () => ({ counterpartyAccountId: his.accountId }), 100],
    ['with a text', () => ({ text: 'for may' }), 100],
    ['with a text that nothing has', () => ({ text: 'holiday' }), 0],
  ];
  for (const [what, filter, count] of questions) {
    it(`is found by: ${what}`, async () => {
      const ask = () => of(bank(), jana).listTransactions({ accountId: mine.accountId, ...filter() });
      await ask();
      const began = performance.now();
      const { transactions } = await ask();
      console.log(`      ${Math.round(performance.now() - began)} ms`);
      expect(transactions.length).to.be.at.least(count);
    });
  }
});
