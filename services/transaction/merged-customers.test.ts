import { expect } from 'chai';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import { transaction } from './service.ts';

const ACTOR = { audience: 'AUDIENCE_CHANNEL', partyId: 'cus_merged' };
const REVIEW = { reasons: ['NEW_PAYEE'], score: 1, policyVersion: 1, state: 'open', expireDate: '2026-12-01' };

describe('What transaction has of a customer who was merged', () => {
  let database: TestDatabase;
  before(async () => {
    database = await cloneDatabase(transaction);
    const [actor, review] = [JSON.stringify(ACTOR), JSON.stringify({ ...REVIEW, actor: ACTOR })];
    await database.query(
      `insert into payment_order (id, debtor_account_id, party_id, currency, amount, fees, end_to_end_identification, scheme,
         execution_date, executed, actor, review, particulars, create_time)
       values ('pmo_1', 'acc_1', 'cus_merged', 'CZK', 1, '{}', '', 'INSTANT', '2026-12-01', false, $1, $2, '', now())`,
      [actor, review],
    );
    await database.query(`
      insert into transaction (id, type, state, debtor_account_id, creditor_account_id, party_id, currency, amount, fees, create_time)
      values ('txn_1', 'transfer', 'awaiting_signatures', 'acc_1', 'acc_2', 'cus_merged', 'CZK', 1, '{}', now())`);
    await database.query(
      `insert into awaited_signature (transaction_id, actor, journal, review) values ('txn_1', $1, '{}', $2)`,
      [actor, review],
    );
    await database.query(`
      insert into limit_set (version, terms, author_id, approver_id, create_time)
      values (1, '{"limits": [{"code": "abroad"}]}', '', '', now());
      insert into limit_usage (subject, period, date, currency, amount, count) values
        ('cus_merged', 'day', '2026-11-28', 'CZK', 10, 1), ('cus_survivor', 'day', '2026-11-28', 'CZK', 5, 1),
        ('abroad/cus_merged', 'month', '2026-11-01', 'CZK', 30, 2), ('free:1/acc_1', 'month', '2026-11-01', 'CZK', 1, 1);
      insert into limit_reservation (transaction_id, subject, period, date, currency, amount) values
        ('txn_1', 'cus_merged', 'day', '2026-11-28', 'CZK', 10), ('txn_1', 'abroad/cus_merged', 'month', '2026-11-01', 'CZK', 10);
      insert into own_limit (customer_id, code, currency, amount) values
        ('cus_merged', 'abroad', 'CZK', 40), ('cus_survivor', 'abroad', 'CZK', 50);
      insert into payee_confirmation (id, customer_id, creditor_account_id, name_match, particulars, create_time)
      select 'pcf_' || who || account, 'cus_' || who, account, 'MTCH', '', now()
      from unnest(array['merged', 'survivor']) who, unnest(array['acc_8', 'acc_9']) account;
      insert into payee (id, customer_id, creditor_account_id, confirmation_id, name_match, particulars, create_time, cooling_off_end_time)
      select replace(id, 'pcf', 'pye'), customer_id, creditor_account_id, id, 'MTCH', '', now(), now()
      from payee_confirmation where id <> 'pcf_survivoracc_9';
      insert into merged_party (party_id, survivor_id) values ('cus_merged', 'cus_survivor');
    `);
  });
  after(() => database.drop());

  it('is the survivor’s, who orders what waits, is held to what both have used, and knows whom either knew, however often it is told', async () => {
    for (const _ of [1, 2]) await database.query(`select move_party('cus_merged')`, [], 'runtime');
    const all = async (text: string) => (await database.query<{ one: string }>(text)).map(({ one }) => one);
    const orderers = `actor ->> 'partyId' || ' ' || (review -> 'actor' ->> 'partyId') as one`;
    for (const table of ['payment_order', 'awaited_signature']) {
      expect(await all(`select ${orderers} from ${table}`), table).to.deep.equal(['cus_survivor cus_survivor']);
    }
    const used = `subject || ' ' || amount || ' ' || count as one from limit_usage order by subject`;
    expect(await all(`select ${used}`)).to.deep.equal([
      'abroad/cus_survivor 30 2',
      'cus_survivor 15 2',
      'free:1/acc_1 1 1',
    ]);
    expect(await all(`select subject as one from limit_reservation order by 1`)).to.deep.equal([
      'abroad/cus_survivor',
      'cus_survivor',
    ]);
    expect(await all(`select customer_id || ' ' || amount as one from own_limit`)).to.deep.equal(['cus_survivor 40']);
    expect(await all(`select customer_id || ' ' || id as one from payee order by id`)).to.deep.equal([
      'cus_survivor pye_mergedacc_9',
      'cus_survivor pye_survivoracc_8',
    ]);
    expect(await all(`select distinct customer_id as one from payee_confirmation`)).to.deep.equal(['cus_survivor']);
  });
});
