// Holds: who keeps money of whom for whom, and for what. How each of them stands is the ledger's to say.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'transaction_runtime';

export class Holds extends Migration {
  override up(): void {
    this.addSql(`
      -- Written before the ledger is asked: one that the ledger does not know was refused there, or is on its way.
      create table hold (
        id text collate "C" primary key,
        debtor_account_id text collate "C" not null,
        creditor_account_id text collate "C" not null check (creditor_account_id <> debtor_account_id),
        -- The debtor's, whose key seals what is personal.
        party_id text collate "C" not null,
        currency text collate "C" not null,
        amount bigint not null check (amount > 0),
        capture_limit bigint not null check (capture_limit >= amount),
        particulars bytea,
        create_time timestamptz not null
      );

      -- The hold that a transfer captures.
      alter table transaction add column hold_id text collate "C" references hold;

      -- Nothing is ever changed or deleted.
      grant select, insert on hold to ${RUNTIME};
    `);
  }
}
