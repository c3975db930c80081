// Until when a refresh token is good: a session that nobody uses ends before its time.
import { Migration } from '@mikro-orm/migrations';

export class Inactivity extends Migration {
  override up(): void {
    this.addSql(`
      alter table refresh_token add column expire_time timestamptz;
      update refresh_token set expire_time = now() + interval '30 minutes';
      alter table refresh_token alter column expire_time set not null;
      create index refresh_token_unused on refresh_token (session_id) where not used;
    `);
  }
}
