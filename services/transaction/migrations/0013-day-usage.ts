// What customers of tiers use up on a day of what they may take from their accounts.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'transaction_runtime';

export class DayUsages extends Migration {
  override up(): void {
    this.addSql(`
      -- How much orders have taken, or are to take, from the accounts of a customer on a booking date.
      create table day_usage (
        customer_id text collate "C" not null,
        date date not null,
        currency text collate "C" not null,
        -- In minor units.
        amount bigint not null check (amount >= 0),
        primary key (customer_id, date, currency)
      );

      -- What of that is of orders that are not settled yet.
      create table day_reservation (
        -- An order, or a hold.
        transaction_id text collate "C" not null,
        customer_id text collate "C" not null,
        date date not null,
        currency text collate "C" not null,
        amount bigint not null check (amount > 0),
        primary key (transaction_id, customer_id)
      );
      grant select, insert, update on day_usage to ${RUNTIME};
      grant select, insert, delete on day_reservation to ${RUNTIME};
    `);
  }
}
