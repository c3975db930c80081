// Notices about the life of accounts.
import { Migration } from '@mikro-orm/migrations';

export class NoticesOfAccounts extends Migration {
  override up(): void {
    this.addSql(`
      alter table notice drop constraint notice_topic_check;
      alter table notice add constraint notice_topic_check check (
        topic in ('money_in', 'money_out', 'orders', 'security', 'product_news', 'low_balance', 'approvals', 'accounts')
      ) not valid;
      alter table notice validate constraint notice_topic_check;
    `);
  }
}
