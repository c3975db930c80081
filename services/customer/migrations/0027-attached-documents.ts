// What goes along with messages about requests of customers, as evidence.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'customer_runtime';

export class AttachedDocuments extends Migration {
  override up(): void {
    this.addSql(`
      create table service_request_document (
        service_request_id text collate "C" not null,
        message_number integer not null,
        document_id text collate "C" not null,
        document_version integer not null,
        -- The place among those of the message, from 0.
        position smallint not null check (position >= 0),
        primary key (service_request_id, message_number, document_id),
        foreign key (service_request_id, message_number) references service_request_message,
        foreign key (document_id, document_version) references document
      );
      -- Nothing is changed or removed: erased is by the key.
      grant select, insert on service_request_document to ${RUNTIME};
    `);
  }
}
