// A payment that waits for its day may turn out to be free of charge on it.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'transaction_runtime';

export class FreeUses extends Migration {
  override up(): void {
    this.addSql(`grant update (fees) on payment_order to ${RUNTIME}`);
  }
}
