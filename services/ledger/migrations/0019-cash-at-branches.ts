// Cash in the vaults and tills of the branches on lines of their own, and what is counted too much or too little in them.
import { Migration } from '@mikro-orm/migrations';

export class CashAtBranches extends Migration {
  override up(): void {
    this.addSql(`
      insert into general_ledger_account (code, display_name, type) values
        ('1011', 'Cash in vaults', 'asset'), ('1012', 'Cash in tills', 'asset'), ('5020', 'Cash over and short', 'expense');
      insert into general_ledger_wiring (kind, code) values
        ('deposit', '1012'), ('withdrawal', '1012'),
        ('transfer', '1011'), ('transfer', '1012'), ('transfer', '5020'),
        ('period_close', '5020');
    `);
  }
}
