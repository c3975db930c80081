// What customers owe of interest on their overdrafts and were not charged yet, on a line of its own.
import { Migration } from '@mikro-orm/migrations';

export class AccruedInterestReceivable extends Migration {
  override up(): void {
    this.addSql(`
      insert into general_ledger_account (code, display_name, type) values ('1200', 'Accrued interest receivable', 'asset');
      insert into general_ledger_wiring (kind, code) values ('interest', '1200');
    `);
  }
}
