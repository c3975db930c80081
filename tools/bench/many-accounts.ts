// Accounts by the hundred thousand: written to the tables of account and ledger by the roles that own them, as copies of one
// that was opened, each with its own ids, number and seal. For setting up only; what a bank does with them is real.
import { toBinary } from '@bufbuild/protobuf';
import pg from 'pg';
import { keysFetchedBy } from '#chassis/data-keys.ts';
import { asBuffer } from '#chassis/encode.ts';
import { deriveId, newId } from '#chassis/id.ts';
import { type Vault, vault } from '#chassis/sealing.ts';
import { SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import { issue } from '#rules/iban.ts';
import { hashIban, sealDetails } from '../../services/account/accounts.ts';
import type { BenchBank } from './bank.ts';
import { openDataKeys } from './ledger.ts';

const AT_ONCE = 10_000;
const SEALED_AT_ONCE = 250;

interface NewAccount {
  readonly id: string;
  readonly holder: string;
  readonly ibanHash: Buffer;
  readonly details: Buffer;
}

/** Adds accounts until there are `to`, beginning with number `from`, and answers the ids of the new ones in their order. */
export async function addAccounts(
  bank: BenchBank,
  from: number,
  to: number,
  holderOf: (index: number) => string,
): Promise<string[]> {
  const ids: string[] = [];
  if (from >= to) return ids;
  const [account, ledger] = await Promise.all([open(bank.ownerUrl('account')), open(bank.ownerUrl('ledger'))]);
  const keys = openDataKeys(bank);
  try {
    const sealing = vault(await keysFetchedBy(keys.fetch, { DATA_DIR: bank.dataDir }));
    for (let at = from; at < to; at += AT_ONCE) {
      const count = Math.min(AT_ONCE, to - at);
      const { rows } = await account.query<{ serial: string }>(
        "select nextval('account_serial') as serial from generate_series(1, $1)",
        [count],
      );
      const made: NewAccount[] = [];
      // One after the other: the keys of their holders are made when they are asked for.
      for (let next = 0; next < rows.length; next += SEALED_AT_ONCE) {
        const some = rows.slice(next, next + SEALED_AT_ONCE);
        made.push(
          ...(await Promise.all(some.map(({ serial }, index) => seal(sealing, serial, holderOf(at + next + index))))),
        );
      }
      await writeAgreements(account, made);
      await writeLedgerAccounts(ledger, made);
      ids.push(...made.map(({ id }) => id));
    }
    await Promise.all([account.query('analyze account, holder'), ledger.query('analyze ledger_account')]);
    return ids;
  } finally {
    keys.close();
    await Promise.all([account.end(), ledger.end()]);
  }
}

async function seal(sealing: Vault, serial: string, holder: string): Promise<NewAccount> {
  const iban = issue('CZ', '0999', BigInt(serial));
  const sealed = await sealDetails(sealing, holder, { iban, displayName: 'Current account CZK' });
  const details = asBuffer(toBinary(SealedSchema, sealed));
  return { id: newId('acc'), holder, ibanHash: hashIban(sealing, iban), details };
}

async function open(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  return client;
}

async function writeAgreements(account: pg.Client, made: readonly NewAccount[]): Promise<void> {
  const ids = made.map(({ id }) => id);
  const holders = made.map(({ holder }) => holder);
  await account.query(
    `insert into account (id, type, state, product_id, product_version, currency, party_id, iban_hash, details, branch_id,
       statement_frequency, open_date, version, create_time, update_time)
     select n.id, t.type, t.state, t.product_id, t.product_version, t.currency, n.holder, n.iban_hash, n.details,
       t.branch_id, t.statement_frequency, t.open_date, t.version, now(), now()
     from (select * from account where state = 'active' limit 1) t,
       unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[]) as n (id, holder, iban_hash, details)`,
    [ids, holders, made.map(({ ibanHash }) => ibanHash), made.map(({ details }) => details)],
  );
  await account.query(
    `insert into holder (account_id, customer_id, role, position)
     select id, holder, 'owner', 0 from unnest($1::text[], $2::text[]) as n (id, holder)`,
    [ids, holders],
  );
}

async function writeLedgerAccounts(ledger: pg.Client, made: readonly NewAccount[]): Promise<void> {
  await ledger.query(
    `insert into ledger_account (id, account_id, currency, normal_side, general_ledger_code, state, floor)
     select n.id, n.account_id, t.currency, t.normal_side, t.general_ledger_code, t.state, t.floor
     from (select * from ledger_account where account_id is not null limit 1) t,
       unnest($1::text[], $2::text[]) as n (id, account_id)`,
    [made.map(({ id }) => deriveId('lac', id)), made.map(({ id }) => id)],
  );
}
