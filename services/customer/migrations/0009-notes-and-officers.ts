// What staff write down about customers, and who of them looks after whom.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'customer_runtime';

export class NotesAndOfficers extends Migration {
  override up(): void {
    this.addSql(`
      -- A member of staff; empty: nobody in particular.
      alter table customer add column relationship_officer_id text collate "C" not null default '';
      alter table customer_version add column relationship_officer_id text collate "C" not null default '';
      grant update (relationship_officer_id) on customer to ${RUNTIME};

      create table customer_note (
        customer_id text collate "C" not null references customer,
        -- From 1.
        note_number integer not null check (note_number > 0),
        author_id text collate "C" not null,
        -- A bank.type.v1.Sealed under the customer's own key.
        text_sealed bytea not null,
        create_time timestamptz not null,
        primary key (customer_id, note_number)
      );
      -- Nothing is changed or removed: erased is by the key.
      grant select, insert on customer_note to ${RUNTIME};
    `);
  }
}
