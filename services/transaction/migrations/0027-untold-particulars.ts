// What account has still to be told of lines: who is on the other side, and what the payer told the payee.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'transaction_runtime';

export class UntoldParticulars extends Migration {
  override up(): void {
    this.addSql(`
      -- Written in the commit that settles an order, and removed once account has it.
      create table untold_particulars (
        transaction_id text collate "C" primary key,
        booking_date date not null
      );
      grant select, insert, delete on untold_particulars to ${RUNTIME};

      -- What was booked before there was this table is on statements that are still to be made. History of another bank is not.
      insert into untold_particulars (transaction_id, booking_date)
      select id, booking_date from transaction
      where booking_date is not null and type <> 'migration'
        and (particulars is not null or (debtor_account_id is not null and creditor_account_id is not null));
    `);
  }
}
