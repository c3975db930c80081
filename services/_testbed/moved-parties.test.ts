// What of one party becomes another's, database by database, where both have something: told twice, it is the same as told once.
import { expect } from 'chai';
import { cloneDatabase, type TestDatabase } from '#chassis/testing/database.ts';
import { account } from '../account/service.ts';
import { notification } from '../notification/service.ts';
import { security } from '../security/service.ts';
import { transaction } from '../transaction/service.ts';

describe('A party that was merged into another', () => {
  const cloned: TestDatabase[] = [];
  after(() => Promise.all(cloned.map((database) => database.drop())));

  /** A database with these rows, whatever they refer to, in which cus_b was merged into cus_a, and that in no other. */
  async function moved(service: Parameters<typeof cloneDatabase>[0], rows: string): Promise<TestDatabase> {
    const database = await cloneDatabase(service);
    cloned.push(database);
    await database.query(`set session_replication_role = replica; ${rows}; set session_replication_role = origin`);
    await database.query(`insert into merged_party values ('cus_b', 'cus_a')`);
    for (let turn = 0; turn < 2; turn += 1) await database.query(`select move_party('cus_b')`);
    return database;
  }
  const read = async (database: TestDatabase, text: string) =>
    (await database.query<{ line: string }>(`select line from (${text}) t order by line`)).map(({ line }) => line);

  it('has its limits counted together, of two of its own the lower, and what is reserved with them', async () => {
    const database = await moved(
      transaction,
      `insert into limit_set values (1, '{"limits":[{"code":"x"}]}', 'stf_1', 'stf_2', now());
       insert into own_limit (customer_id, code, currency, amount) values
         ('cus_a', 'x', 'CZK', 100), ('cus_b', 'x', 'CZK', 50), ('cus_a', 'y', 'CZK', 20), ('cus_b', 'y', 'CZK', 70), ('cus_b', 'z', 'CZK', 1);
       insert into limit_usage (subject, date, currency, amount, count) values
         ('cus_a', '2026-01-01', 'CZK', 10, 1), ('cus_b', '2026-01-01', 'CZK', 5, 2), ('x/cus_b', '2026-01-01', 'CZK', 7, 3);
       insert into limit_reservation (transaction_id, subject, date, currency, amount) values
         ('txn_1', 'cus_a', '2026-01-01', 'CZK', 3), ('txn_1', 'cus_b', '2026-01-01', 'CZK', 4), ('txn_2', 'x/cus_b', '2026-01-01', 'CZK', 7)`,
    );
    expect(
      await read(database, `select customer_id || ' ' || code || ' ' || amount as line from own_limit`),
    ).to.deep.equal(['cus_a x 50', 'cus_a y 20', 'cus_a z 1']);
    expect(
      await read(database, `select subject || ' ' || amount || ' ' || count as line from limit_usage`),
    ).to.deep.equal(['cus_a 15 3', 'x/cus_a 7 3']);
    const reserved = await read(
      database,
      `select transaction_id || ' ' || subject || ' ' || amount as line from limit_reservation`,
    );
    expect(reserved).to.deep.equal(['txn_1 cus_a 7', 'txn_2 x/cus_a 7']);
  });

  it('has noted once whom both had noted, and has its own beside', async () => {
    const database = await moved(
      transaction,
      `insert into payee_confirmation
         select 'pcf_' || n, customer, account, 'MTCH', '\\x00', now() from (values
           (1, 'cus_a', 'acc_1'), (2, 'cus_b', 'acc_1'), (3, 'cus_b', 'xac_2')) v (n, customer, account);
       insert into payee
         select replace(id, 'pcf', 'pye'), customer_id, creditor_account_id, id, name_match, particulars, create_time, create_time
         from payee_confirmation`,
    );
    expect(await read(database, `select customer_id || ' ' || id as line from payee`)).to.deep.equal([
      'cus_a pye_1',
      'cus_a pye_3',
    ]);
    expect(await read(database, 'select distinct customer_id as line from payee_confirmation')).to.deep.equal([
      'cus_a',
    ]);
  });

  it('has its trusted payees once, and its devices', async () => {
    const database = await moved(
      security,
      `insert into trusted_payee values ('tpy_1', 'cus_a', 'acc_1', now()), ('tpy_2', 'cus_b', 'acc_1', now()), ('tpy_3', 'cus_b', 'acc_2', now());
       insert into payee values ('cus_b', 'acc_2');
       insert into device values ('cus_b', '\\x01', now())`,
    );
    expect(await read(database, `select customer_id || ' ' || account_id as line from trusted_payee`)).to.deep.equal([
      'cus_a acc_1',
      'cus_a acc_2',
    ]);
    expect(
      await read(database, 'select payer_id as line from payee union all select customer_id from device'),
    ).to.deep.equal(['cus_a', 'cus_a', 'cus_b', 'cus_b']);
  });

  it('has its notices after those of the other, and its webhooks', async () => {
    const notice = (party: string, number: number) =>
      `('${party}', ${number}, 'money-in', 'money_in', '{}', now(), now())`;
    const database = await moved(
      notification,
      `insert into inbox_head values ('cus_a', 2, 1), ('cus_b', 3, 2);
       insert into notice (party_id, number, template, topic, facts, occur_time, create_time) values
         ${notice('cus_a', 1)}, ${notice('cus_a', 2)}, ${notice('cus_b', 2)}, ${notice('cus_b', 3)};
       insert into delivery (party_id, number, channel, state, attempts, create_time) values ('cus_b', 3, 'email', 'sent', 1, now());
       insert into preference (party_id, locale, time_zone, choices, version, update_time)
         values ('cus_b', 'cs', 'Europe/Prague', '{}', 1, now());
       insert into consent values ('cus_b', 'email', 1, true, now());
       insert into low_balance values ('cus_a', 'acc_1', 'CZK', 5), ('cus_b', 'acc_1', 'CZK', 9), ('cus_b', 'acc_2', 'CZK', 9)`,
    );
    expect(await read(database, `select party_id || ' ' || number as line from notice`)).to.deep.equal([
      'cus_a 1',
      'cus_a 2',
      'cus_a 4',
      'cus_a 5',
    ]);
    expect(await read(database, `select party_id || ' ' || number as line from delivery`)).to.deep.equal(['cus_a 5']);
    const heads = await read(
      database,
      `select party_id || ' ' || last_number || ' ' || unread_count as line from inbox_head`,
    );
    expect(heads).to.deep.equal(['cus_a 5 3', 'cus_b 0 0']);
    const low = await read(
      database,
      `select party_id || ' ' || account_id || ' ' || below_minor as line from low_balance`,
    );
    expect(low).to.deep.equal(['cus_a acc_1 5', 'cus_a acc_2 9']);
    // What they want to be told by, and the consent that goes with it.
    const wishes = 'select party_id as line from preference union all select party_id from consent';
    expect(await read(database, wishes)).to.deep.equal(['cus_a', 'cus_a']);
  });

  it('signs once where both were named, and is asked in the other’s name', async () => {
    const rules = JSON.stringify([
      {
        action: 'pay',
        over: null,
        requirements: [
          { count: 2, customerIds: ['cus_c', 'cus_b', 'cus_a'], class: null },
          { count: 1, customerIds: [], class: 'a' },
        ],
      },
    ]);
    const database = await moved(
      account,
      `insert into mandate values ('acc_1', 1, 'given', '${rules}', '2026-01-01', null, 'stf_1', 'stf_2', now());
       insert into signatory (account_id, version, customer_id, role, class, position) values
         ('acc_1', 1, 'cus_a', 'preparer', null, 0), ('acc_1', 1, 'cus_b', 'signer', 'b', 1), ('acc_2', 1, 'cus_b', 'signer', 'a', 0);
       insert into signature_request (id, account_id, action, state, transaction_id, amount, maker, maker_id, mandate_version,
         judged_date, missing_count, missing_ids, expire_date, number, version, create_time)
       values ('sgr_1', 'acc_1', 'pay', 'open', 'txn_1', 1, '{"partyId":"cus_b"}', 'cus_b', 1, '2026-01-01', 1, '{cus_a,cus_b,cus_c}',
         '2026-02-01', 1, 1, now());
       insert into signature values ('sgr_1', 'cus_b', 'cus_b', 'signed', now());
       insert into representation values ('rel_1', 'guardian', 'cus_c', 'cus_b', '2026-01-01', null, 1),
         ('rel_2', 'guardian', 'cus_a', 'cus_b', '2026-01-01', null, 1)`,
    );
    const named = `select account_id || ' ' || customer_id || ' ' || role || ' ' || class as line from signatory`;
    expect(await read(database, named)).to.deep.equal(['acc_1 cus_a signer b', 'acc_2 cus_a signer a']);
    const required = `select rules #>> '{0,requirements}' as line from mandate`;
    expect(JSON.parse((await read(database, required))[0] ?? '[]')).to.deep.equal([
      { count: 2, customerIds: ['cus_c', 'cus_a'], class: null },
      { count: 1, customerIds: [], class: 'a' },
    ]);
    const asked = `select maker_id || ' ' || (maker ->> 'partyId') || ' ' || missing_ids::text as line from signature_request`;
    expect(await read(database, asked)).to.deep.equal(['cus_a cus_a {cus_a,cus_c}']);
    expect(await read(database, `select signatory_id || ' ' || signer_id as line from signature`)).to.deep.equal([
      'cus_a cus_a',
    ]);
    const acting = `select customer_id || ' ' || representative_id as line from representation`;
    expect(await read(database, acting)).to.deep.equal(['cus_c cus_a']);
  });
});
