// Payees of customers, and what was asked about whose their accounts are (confirmation of payee).
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'transaction_runtime';

export class Payees extends Migration {
  override up(): void {
    this.addSql(`
      create table payee_confirmation (
        id text collate "C" primary key,
        customer_id text collate "C" not null,
        -- The account: of another bank, a keyed hash of its number (xac_); empty where this bank has none of the number.
        creditor_account_id text collate "C" not null,
        name_match text collate "C" not null check (name_match in ('MTCH', 'CMTC', 'NMTC', 'NOAP')),
        -- Number, name, and the name that was told, sealed under the customer's key.
        particulars bytea not null,
        create_time timestamptz not null
      );
      create index payee_confirmation_customer on payee_confirmation (customer_id, create_time);
      grant select, insert on payee_confirmation to ${RUNTIME};

      -- By which confirmation a transaction was ordered; that of a payment to another bank may still wait for its day.
      create table confirmed_transaction (
        transaction_id text collate "C" primary key,
        confirmation_id text collate "C" not null references payee_confirmation (id)
      );
      create index confirmed_transaction_confirmation on confirmed_transaction (confirmation_id);
      grant select, insert on confirmed_transaction to ${RUNTIME};

      create table payee (
        id text collate "C" primary key,
        customer_id text collate "C" not null,
        creditor_account_id text collate "C" not null,
        confirmation_id text collate "C" not null references payee_confirmation (id),
        name_match text collate "C" not null,
        -- Number, name and nickname, sealed under the customer's key.
        particulars bytea not null,
        create_time timestamptz not null,
        cooling_off_end_time timestamptz not null,
        unique (customer_id, creditor_account_id)
      );
      grant select, insert, update, delete on payee to ${RUNTIME};
    `);
  }
}
