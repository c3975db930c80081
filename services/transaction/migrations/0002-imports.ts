// Migrated history is booked under journals named after the other bank's reference, so that whoever brings a reference
// again means the same journal.
import { Migration } from '@mikro-orm/migrations';

export class Imports extends Migration {
  override up(): void {
    this.addSql(`
      -- The journal that books it, where its name does not follow from the transaction's id.
      alter table transaction add column journal_id text collate "C";
    `);
  }
}
