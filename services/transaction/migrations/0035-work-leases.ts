// The leases are of whatever one process does at a time, and not of scheduled payments alone.
import { Migration } from '@mikro-orm/migrations';

export class WorkLeases extends Migration {
  override up(): void {
    this.addSql(`
      alter table scheduled_payment_lease rename to work_lease;
      alter index scheduled_payment_lease_pkey rename to work_lease_pkey;
    `);
  }
}
