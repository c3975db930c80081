// Which branch looks after a customer is asked of the customer service, which owns it.
import { Migration } from '@mikro-orm/migrations';

export class NoCustomerBranches extends Migration {
  override up(): void {
    this.addSql('drop table customer_branch');
  }
}
