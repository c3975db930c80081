// Cheques in clearing, by when they were to be decided: so that those that never were are found.
import { Migration } from '@mikro-orm/migrations';

export class ChequesInClearing extends Migration {
  override up(): void {
    this.addSql(
      `create index cheque_deposit_in_clearing on cheque_deposit (clear_date, id) where state = 'in_clearing'`,
    );
  }
}
