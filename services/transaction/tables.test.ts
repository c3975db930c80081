import { expect } from 'chai';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import { transaction } from './service.ts';

describe('The tables of the transaction service', () => {
  let database: TestDatabase;

  before(async () => {
    database = await cloneDatabase(transaction);
    await database.query(
      `insert into transaction (id, type, state, debtor_account_id, creditor_account_id, party_id, currency, amount,
         fees, create_time)
       values ('txn_1', 'transfer', 'pending', 'acc_1', 'acc_2', 'cus_1', 'CZK', 100, '{}', now())`,
    );
  });
  after(() => database.drop());

  const fails = async (statement: string): Promise<string> =>
    database.query(statement, [], 'runtime').then(
      () => 'done',
      (error: Error) => error.message,
    );

  it('let the service change nothing of an order but where it is in its life', async () => {
    for (const statement of [
      `delete from transaction`,
      `delete from state_change`,
      `delete from command`,
      `truncate transaction`,
      `update transaction set amount = 1`,
      `update transaction set creditor_account_id = 'acc_3'`,
      `update transaction set particulars = null`,
      `update state_change set reason = ''`,
    ]) {
      expect(await fails(statement), statement).to.match(/permission denied/);
    }
  });

  it('hold no order that cannot be', async () => {
    for (const statement of [
      `update transaction set state = 'posted'`,
      `update transaction set state = 'sent'`,
      `update transaction set reversed_amount = 101, state = 'partially_reversed'`,
      `update transaction set reversed_amount = 50`,
      `update transaction set state = 'reversed', booking_date = now(), value_date = now(), reversed_amount = 99`,
    ]) {
      expect(await fails(statement), statement).to.match(/violates check constraint/);
    }
  });
});
