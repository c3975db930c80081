// Money that came in from other banks, and is on the account of no customer yet: on a line of its own.
import { Migration } from '@mikro-orm/migrations';

export class Suspense extends Migration {
  override up(): void {
    this.addSql(`
      insert into general_ledger_account (code, display_name, type) values ('2060', 'Payments in suspense', 'liability');
      insert into general_ledger_wiring (kind, code) values ('transfer', '2060');
    `);
  }
}
