import { expect } from 'chai';
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import { PROOF } from '#chassis/testing/property.ts';
import type { Account } from '#gen/bank/account/v1/account_pb.ts';
import { useBank } from '../_testbed/bank.ts';
import { openAccount, registerPerson } from '../_testbed/opening.ts';
import { selectOrders, selectParticulars } from './tables.ts';
import { aTransfer, czk, deposit, of } from './testing.ts';

const COUNT = PROOF ? 1_000_000 : 10_000;

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
    ['of an amount', () => ({ minimumAmount: czk('50'), maximumAmount: czk('50') }), 1],
    ['with a counterparty', () => ({ counterpartyAccountId: his.accountId }), 100],
    ['with a counterparty that there never was', () => ({ counterpartyAccountId: 'acc_never' }), 0],
    [
      'of an amount on a day',
      () => ({ minimumAmount: czk('100000'), fromDate: '2020-01-02', toDate: '2020-01-02' }),
      0,
    ],
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

  it('is never found by reading all there is', async () => {
    const filter = {
      accountId: mine.accountId,
      counterpartyAccountId: undefined,
      states: [],
      after: undefined,
      limit: 101,
    };
    const any = { from: undefined, to: undefined, currency: undefined, minimum: undefined, maximum: undefined };
    const asked = { ...any, ...filter };
    for (const [what, statement] of [
      ['the newest', selectOrders(asked)],
      ['of a day', selectOrders({ ...asked, from: '2020-01-05', to: '2020-01-05' })],
      ['of an amount', selectOrders({ ...asked, currency: 'CZK', minimum: 5_000n, maximum: 5_000n })],
      ['with a counterparty', selectOrders({ ...asked, counterpartyAccountId: his.accountId })],
      ['texts', selectParticulars(asked)],
    ] as const) {
      const scans = scansOf(await planOf(statement));
      console.log(`      ${what}: ${scans.join(', ')}`);
      expect(scans.filter((scan) => scan.startsWith('Seq Scan'))).to.deep.equal([]);
    }
  });

  async function planOf(
    statement: ReturnType<typeof selectOrders> | ReturnType<typeof selectParticulars>,
  ): Promise<Plan> {
    const { sql: text, parameters } = statement.compile(compiler);
    const answer = await bank()
      .database('transaction')
      .query<{ 'QUERY PLAN': readonly { Plan: Plan }[] }>(`explain (format json) ${text}`, [...parameters]);
    const plan = answer[0]?.['QUERY PLAN'][0]?.Plan;
    if (!plan) throw new Error('nothing was explained');
    return plan;
  }
});

/** A step of a plan, as PostgreSQL explains it. */
interface Plan {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Plan[];
}

/** What a plan reads, and by which index. */
function scansOf(plan: Plan): string[] {
  const { 'Node Type': node, 'Index Name': index, 'Relation Name': table } = plan;
  const own = node.includes('Scan') && (index ?? table) ? [`${node} ${index ?? table}`] : [];
  return [...own, ...(plan.Plans ?? []).flatMap(scansOf)];
}

/** Writes statements as the service's driver sends them. */
const compiler = new Kysely<unknown>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});
