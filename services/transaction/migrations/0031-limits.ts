// Limits of the bank and of its customers, beside those of the tiers: what is used of any of them is counted in the same tables.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'transaction_runtime';

export class Limits extends Migration {
  override up(): void {
    this.addSql(`
      alter table day_usage rename to limit_usage;
      -- A customer for what their tier lets be taken on a day; for a limit its code and whose it is: 'other-banks-day/cus_1'.
      alter table limit_usage rename column customer_id to subject;
      alter table limit_usage
        add column period text collate "C" not null default 'day' check (period in ('day', 'week', 'month')),
        -- How many orders. Of tiers it was not counted before.
        add column count integer not null default 0,
        -- By which it was counted last: the statement that counts reads them, nobody else.
        add column amount_max bigint,
        add column count_max integer;
      comment on column limit_usage.date is 'The first date of the period.';

      alter table day_reservation rename to limit_reservation;
      alter table limit_reservation rename column customer_id to subject;
      alter table limit_reservation
        add column period text collate "C" not null default 'day' check (period in ('day', 'week', 'month'));

      create table limit_set (
        version integer primary key check (version > 0),
        terms jsonb not null,
        author_id text collate "C" not null,
        approver_id text collate "C" not null,
        create_time timestamptz not null
      );
      grant select, insert on limit_set to ${RUNTIME};

      -- What customers have set below the bank's, and to what they have raised it since.
      create table own_limit (
        customer_id text collate "C" not null,
        code text collate "C" not null,
        currency text collate "C" not null,
        -- Minor units, as all amounts here.
        amount bigint not null check (amount > 0),
        next_amount bigint check (next_amount > amount),
        next_time timestamptz,
        primary key (customer_id, code),
        check ((next_amount is null) = (next_time is null))
      );
      grant select, insert, update on own_limit to ${RUNTIME};
    `);
  }
}
