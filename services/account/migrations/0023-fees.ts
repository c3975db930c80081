// The fees of the periods of accounts: what each came to, and what became of it.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'account_runtime';

export class Fees extends Migration {
  override up(): void {
    this.addSql(`
      -- Amounts are in units of the currency. One row for a fee, an account and the end of a period: by that it is charged once.
      create table fee (
        account_id text collate "C" not null references account,
        fee_code text collate "C" not null,
        to_date date not null,
        from_date date not null check (from_date <= to_date),
        product_id text collate "C" not null,
        product_version integer not null,
        currency text collate "C" not null,
        average_balance numeric(38, 10) not null,
        lowest_balance numeric(38, 10) not null,
        amount numeric(38, 10) not null check (amount >= 0),
        state text not null check (state in ('planned', 'charged', 'waived', 'set_aside')),
        reason text check ((reason is not null) = (state in ('waived', 'set_aside'))),
        -- Whether it is charged with no regard to what there is.
        shortfall text not null check (shortfall in ('overdraw', 'set_aside')),
        -- Whether it was decided that there is room: from then on it is charged, by whoever is there.
        is_asked boolean not null default false,
        -- Booked on the day that closes; one that is tried again later, on the open day.
        end_of_day boolean not null default true,
        journal_id text collate "C" not null unique,
        primary key (account_id, fee_code, to_date),
        foreign key (product_id, product_version) references product (id, version)
      );
      create index fee_by_period on fee (account_id, to_date desc, fee_code);
      create index fee_planned on fee (journal_id) where state = 'planned';
      grant select, insert on fee to ${RUNTIME};
      grant update (state, reason, journal_id, is_asked, end_of_day) on fee to ${RUNTIME};
    `);
  }
}
