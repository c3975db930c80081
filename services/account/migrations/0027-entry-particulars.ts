// What lines of statements say besides amounts, as the transaction service has told it.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'account_runtime';

export class EntriesDescribed extends Migration {
  override up(): void {
    this.addSql(`
      create table entry_particulars (
        account_id text collate "C" not null,
        journal_id text collate "C" not null,
        -- The account of this bank on the other side.
        counterparty_account_id text collate "C",
        -- Sealed under the key of the account's first owner: who is on the other side elsewhere, and what the payer told the payee.
        texts bytea,
        primary key (account_id, journal_id)
      );
      grant select, insert on entry_particulars to ${RUNTIME};
    `);
  }
}
