// What is used of limits is counted by period too, and forgotten when nobody is held to it any more.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'transaction_runtime';

export class LimitPeriods extends Migration {
  override up(): void {
    this.addSql(`
      -- The first day of a month is a day, and may be the first of a week: what is used of each is another row.
      alter table limit_usage drop constraint day_usage_pkey;
      alter table limit_usage add constraint limit_usage_pkey primary key (subject, period, date, currency);
      create index limit_usage_by_date on limit_usage (date);
      create index limit_reservation_by_date on limit_reservation (date);
      create index card_authorization_not_cleared on card_authorization (expire_time) where state = 'approved';
      grant delete on limit_usage to ${RUNTIME};
      grant update (amount) on limit_reservation to ${RUNTIME};
    `);
  }
}
