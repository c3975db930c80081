// Documents of customers: what is known of them, and the parts that wait to become one object.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'customer_runtime';

export class Documents extends Migration {
  override up(): void {
    this.addSql(`
      -- A version of a document.
      create table document (
        id text collate "C" not null,
        version integer not null check (version > 0),
        customer_id text collate "C" not null references customer,
        -- bank.customer.v1.DocumentKind.
        kind smallint not null check (kind > 0),
        state text collate "C" not null check (state in ('UPLOADING', 'STORED')),
        -- A bank.type.v1.Sealed under the customer's own key.
        file_name bytea not null,
        size_bytes integer not null check (size_bytes > 0),
        -- Empty until it is stored.
        content_type text not null,
        -- bank.customer.v1.DocumentScan; 0 until it is stored.
        scan smallint not null,
        -- Where it is in the object store. Empty until it is stored.
        object_key text collate "C" not null,
        author_id text collate "C" not null,
        create_time timestamptz not null,
        store_time timestamptz,
        primary key (id, version),
        check ((state = 'STORED') = (object_key <> '' and store_time is not null))
      );
      create index document_of_customer on document (customer_id, id, version);

      -- A part that has come of one that is not stored yet.
      create table document_part (
        document_id text collate "C" not null,
        version integer not null,
        -- In bytes, before it was sealed.
        part_offset integer not null check (part_offset >= 0),
        size_bytes integer not null check (size_bytes > 0),
        -- A keyed hash of it.
        hash bytea not null,
        -- A bank.type.v1.Sealed under the customer's own key.
        content bytea not null,
        create_time timestamptz not null,
        primary key (document_id, version, part_offset),
        foreign key (document_id, version) references document
      );
      create index document_part_by_time on document_part (create_time);

      grant select, insert on document, document_part to ${RUNTIME};
      grant update (state, content_type, scan, object_key, store_time) on document to ${RUNTIME};
      grant delete on document_part to ${RUNTIME};
      -- What is stored is never changed again, whoever asks; nor removed: erased is by the key.
      create function document_stored() returns trigger language plpgsql as $$
      begin
        raise exception 'document % version % is stored', old.id, old.version;
      end $$;
      create trigger document_is_stored before update on document for each row
        when (old.state = 'STORED') execute function document_stored();
    `);
  }
}
