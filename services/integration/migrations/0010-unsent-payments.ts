// Payments to other banks that died before they were sent, as transaction tells of them.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'integration_runtime';

export class UnsentPayments extends Migration {
  override up(): void {
    this.addSql(`
      create table unsent_payment (
        -- The payment order.
        id text collate "C" primary key,
        state text collate "C" not null check (state in ('failed', 'withdrawn')),
        reason text collate "C" not null,
        create_time timestamptz not null default clock_timestamp()
      );
      create index unsent_payment_by_time on unsent_payment (create_time);
      grant select, insert, delete on unsent_payment to ${RUNTIME};
    `);
  }
}
