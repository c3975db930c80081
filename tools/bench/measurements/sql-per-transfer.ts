import { sql } from 'kysely';
import pg from 'pg';
import { openDatabase } from '#chassis/database.ts';
import { newId } from '#chassis/id.ts';
import { makeLog } from '#chassis/log.ts';
import type { Spread } from '../spread.ts';
import type { KnownWorld } from '../world.ts';
import type { Measurement } from './measurement.ts';

/** As many as pgbench's clients. */
const CONNECTIONS = 16;

/**
 * (f) The plain way to keep a ledger: each transfer is a transaction of its own, over the driver that the services use. It
 * locks the two accounts in their order, looks whether there is enough, and writes a transfer, two entries and two
 * balances. No hashes, no events, no idempotency beyond its primary key.
 */
export const sqlPerTransfer: Measurement = {
  inFlight: CONNECTIONS,
  size: 1,
  async open({ sqlUrl, accountIds }: KnownWorld, accounts: Spread) {
    const log = makeLog('bench', 'warn');
    const options = { service: 'bench', entities: [], poolMax: CONNECTIONS, statementTimeoutMs: 30_000, log };
    const database = await openDatabase({ ...options, url: sqlUrl });
    return {
      async work() {
        const { debtor, creditor } = accounts.pair();
        const ids = [accountIds[debtor], accountIds[creditor]];
        const id = newId('txn');
        await database.transaction(async ({ query }) => {
          const rows = await query(
            sql<{ id: string; balance: string }>`
              select id, balance from account where id = any(${ids}) order by id for update`,
          );
          const funds = rows.find((row) => row.id === ids[0])?.balance ?? '0';
          if (rows.length !== 2 || BigInt(funds) < 100n) throw new Error(`not enough on ${ids[0]}`);
          await query(sql`insert into transfer (id, amount) values (${id}, 100)`);
          await query(sql`
            insert into entry (transfer_id, account_id, amount) values (${id}, ${ids[0]}, -100), (${id}, ${ids[1]}, 100)`);
          await query(sql`
            update account a set balance = a.balance + m.amount
            from (values (${ids[0]}, -100), (${ids[1]}, 100)) as m (id, amount) where a.id = m.id`);
        });
        return [];
      },
      close: () => database[Symbol.asyncDispose](),
    };
  },
};

/** Makes its tables, as the owner of the database, with as much money on every account. */
export async function makeSqlAccounts(ownerUrl: string, accountIds: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query(`
      create table account (id text collate "C" primary key, balance bigint not null check (balance >= 0)) with (fillfactor = 70);
      create table transfer (id text collate "C" primary key, amount bigint not null, create_time timestamptz not null default now());
      create table entry (
        no bigint generated always as identity primary key,
        transfer_id text collate "C" not null references transfer,
        account_id text collate "C" not null references account,
        amount bigint not null
      );
      create index entry_of_account on entry (account_id, no);
      grant select, insert, update on account, transfer, entry to bench_runtime;
    `);
    await client.query('insert into account select unnest($1::text[]), 100000000', [accountIds]);
    await client.query('analyze account');
  } finally {
    await client.end();
  }
}
