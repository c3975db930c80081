// Recalls of what is in suspense are looked for while they are answered too: by an index that has those.
import { Migration } from '@mikro-orm/migrations';

export class RecalledItems extends Migration {
  override up(): void {
    this.addSql(`
      drop index received_recall_of_item;
      create index received_recall_of_item on received_recall (id)
        where state in ('open', 'answering') and suspense_item_id is not null;
    `);
  }
}
