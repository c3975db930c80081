// Customers who were merged into others: records stay in the name in which they were made, and are found by the survivor's too.
import { Migration } from '@mikro-orm/migrations';
import { mergedParties } from '#chassis/merged-parties.ts';

export class MergedCustomers extends Migration {
  override up(): void {
    this.addSql(mergedParties('audit_runtime'));
  }
}
