// Amounts that no double holds pass through every protocol, the services and the database, and come back unchanged.
import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { refused } from '#chassis/testing/clients.ts';
import { BACK_OFFICE, counter, listAt, money, TELLER, textAt } from './counter.ts';
import { PROTOCOLS, tokens } from './doors.ts';
import { useJourney } from './journey.ts';

/** 2^53 + 1 minor units: the first integer that a double cannot hold, in currencies of 2, 0 and 3 decimals. */
const MINOR = 9_007_199_254_740_993n;
const AMOUNTS = [
  { currency: 'EUR', amount: '90071992547409.93', tooFine: '0.001', least: '0.01' },
  { currency: 'JPY', amount: '9007199254740993', tooFine: '1.0', least: '1' },
  { currency: 'KWD', amount: '9007199254740.993', tooFine: '0.0001', least: '0.001' },
] as const;

describe('Exact money', function exactMoney() {
  this.timeout(60_000);
  const journey = useJourney();

  before('offers accounts without limits', async () => {
    for (const { currency } of AMOUNTS) {
      const productId = `prd_free_${currency.toLowerCase()}`;
      await journey.door('gRPC').call(BACK_OFFICE, 'account.CreateProduct', {
        requestId: randomUUID(),
        productId,
        type: 'PRODUCT_TYPE_CURRENT',
        currencyCode: currency,
        displayName: `Without limits ${currency}`,
        terms: {},
      });
    }
  });

  for (const protocol of PROTOCOLS) {
    for (const { currency, amount, tooFine, least } of AMOUNTS) {
      it(`is ${amount} ${currency} everywhere over ${protocol}`, async () => {
        const door = journey.door(protocol);
        const at = counter(door);
        const much = money(amount, currency);
        const from = await at.personWithAccount('Jana', `prd_free_${currency.toLowerCase()}`);
        const to = await at.personWithAccount('Petr', `prd_free_${currency.toLowerCase()}`);
        expect((await at.deposit(from.accountId, much))['amount']).to.deep.equal(much);
        // A customer who pays that much to a stranger is held for review, so that they come to the counter.
        const moved = await at.transfer(TELLER, from.accountId, to.accountId, much);
        expect(moved['amount']).to.deep.equal(much);

        const subject = `customer:${to.customerId}`;
        const read = await door.call(subject, 'transaction.GetTransaction', {
          transactionId: textAt(moved, 'transactionId'),
        });
        expect(read['transaction']).to.deep.include({ amount: much });
        const balance = await door.call(subject, 'account.GetAccountBalance', { accountId: to.accountId });
        expect([balance['booked'], balance['available']]).to.deep.equal([much, much]);
        const statement = await door.call(subject, 'account.GetStatement', { accountId: to.accountId });
        expect(statement['closingBalance']).to.deep.equal(much);
        expect(listAt(statement, 'entries')[0]).to.deep.include({ amount: much, runningBalance: much });
        const listed = await door.call(subject, 'transaction.ListTransactions', {
          accountId: to.accountId,
          minimumAmount: much,
          maximumAmount: much,
        });
        expect(listAt(listed, 'transactions')).to.have.length(1);

        await inTheDatabase(textAt(moved, 'transactionId'));
        await refused(at.deposit(to.accountId, money(tooFine, currency)), 'CURRENCY_EXPONENT_EXCEEDED');
        await at.deposit(to.accountId, money(least, currency));
        expect(await at.booked(to.accountId)).to.equal(plusOne(amount));
      });
    }
  }

  it('is never a number in JSON', async () => {
    const at = counter(journey.door('Connect JSON'));
    const { accountId } = await at.personWithAccount('Eva');
    const token = await tokens(journey.bank().edge)(TELLER);
    const bodies = [
      '10',
      '10.00',
      '1e3',
      '"1e3"',
      '"0x10"',
      '"+1.00"',
      '"1,000.00"',
      '" 1.00"',
      '"1.00 "',
      '"٣.00"',
      '"1."',
      '".5"',
      '"-1.00"',
      '"-0.00"',
      '"0.00"',
      'null',
      '[]',
      '{}',
      '"NaN"',
      '"Infinity"',
      '""',
    ];
    for (const written of bodies) {
      const response = await fetch(`${journey.bank().edge.url}/bank.transaction.v1.TransactionService/DepositCash`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: `{"requestId":"${randomUUID()}","creditorAccountId":"${accountId}","amount":{"currencyCode":"CZK","amount":${written}}}`,
      });
      const { code } = (await response.json()) as { code: string };
      expect([response.status, code], written).to.deep.equal([400, 'invalid_argument']);
    }
    expect(await at.booked(accountId)).to.equal('0.00');
  });

  it('stops where the ledger does', async () => {
    const at = counter(journey.door('gRPC'));
    const { accountId } = await at.personWithAccount('Karel', 'prd_free_jpy');
    await refused(at.deposit(accountId, money('999999999999999999.99', 'EUR')), 'AMOUNT_OUT_OF_RANGE');
    const most = money('999999999999999999', 'JPY');
    for (let times = 0; times < 8; times += 1) await at.deposit(accountId, most);
    expect(await at.booked(accountId)).to.equal(String(8n * 999_999_999_999_999_999n));
    await at.deposit(accountId, most);
    await refused(at.deposit(accountId, most), 'BALANCE_OUT_OF_RANGE');
    expect(await at.booked(accountId)).to.equal(String(9n * 999_999_999_999_999_999n));
  });

  async function inTheDatabase(transactionId: string): Promise<void> {
    const [order] = await journey
      .bank()
      .database('transaction')
      .query<{ amount: string; type: string }>(
        'select amount::text, pg_typeof(amount)::text as type from transaction where id = $1',
        [transactionId],
      );
    expect(order).to.deep.equal({ amount: String(MINOR), type: 'bigint' });
    const entries = await journey
      .bank()
      .database('ledger')
      .query<{ amount: string; type: string }>(
        `select abs(e.amount)::text as amount, pg_typeof(e.amount)::text as type
       from entry e join journal j on j.no = e.journal_no where j.id = $1`,
        [transactionId.replace('txn_', 'jnl_')],
      );
    expect(entries).to.deep.equal(Array(2).fill({ amount: String(MINOR), type: 'bigint' }));
  }
});

/** The amount and one minor unit more. */
function plusOne(amount: string): string {
  const decimals = amount.split('.')[1]?.length ?? 0;
  const minor = String(BigInt(amount.replace('.', '')) + 1n);
  return decimals === 0 ? minor : `${minor.slice(0, -decimals)}.${minor.slice(-decimals)}`;
}
