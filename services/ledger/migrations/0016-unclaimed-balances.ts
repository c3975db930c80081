// What nobody claims any more: balances of accounts that were escheated, on a line of their own.
import { Migration } from '@mikro-orm/migrations';

export class UnclaimedBalances extends Migration {
  override up(): void {
    this.addSql(`
      insert into general_ledger_account (code, display_name, type) values ('2050', 'Unclaimed balances', 'liability');
      insert into general_ledger_wiring (kind, code) values ('transfer', '2050');
    `);
  }
}
