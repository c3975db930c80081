// Money from outside that the ledger refused never came in: its item goes, so that the payment can come again.
import { Migration } from '@mikro-orm/migrations';

export class RefusedReceipts extends Migration {
  override up(): void {
    this.addSql('grant delete on suspense_item to transaction_runtime');
  }
}
