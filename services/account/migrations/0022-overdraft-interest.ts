// What overdrafts cost, kept beside what accounts earn: of the same nights and balances.
import { Migration } from '@mikro-orm/migrations';

export class OverdraftInterest extends Migration {
  override up(): void {
    this.addSql(`
      alter table interest_account
        -- The limit with which the last night was accrued.
        add column overdraft_limit numeric(38, 10) not null default 0,
        -- All that its overdrafts ever cost, what of it was charged, and the end of the last period that was.
        add column overdraft_accrued numeric(38, 10) not null default 0,
        add column overdraft_posted numeric(38, 10) not null default 0,
        add column overdraft_posted_through date;
      alter table interest_standing add column overdraft_limit numeric(38, 10) not null default 0;
      alter table interest_correction add column overdraft_interest numeric(38, 10) not null default 0;

      -- Paid to the account, or charged to it.
      alter table interest_posting add column kind text not null default 'credit' check (kind in ('credit', 'overdraft'));
      alter table interest_posting drop constraint interest_posting_pkey, add primary key (journal_id, kind);
      alter table interest_booking add column kind text not null default 'credit' check (kind in ('credit', 'overdraft'));
      alter table interest_booking drop constraint interest_booking_pkey, add primary key (currency, kind, date);
    `);
  }
}
