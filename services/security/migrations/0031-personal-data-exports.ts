// Copies of everything that the bank holds about a customer.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'security_runtime';

export class PersonalDataExports extends Migration {
  override up(): void {
    this.addSql(`
      create table personal_data_export (
        id text collate "C" primary key,
        party_id text collate "C" not null,
        author_id text collate "C" not null,
        state text not null check (state in ('collecting', 'ready', 'failed', 'expired')),
        -- Counts who has begun to collect it: what an attempt writes, no other one does.
        attempt integer not null default 0,
        lease_until timestamptz not null,
        create_time timestamptz not null,
        ready_time timestamptz,
        expire_time timestamptz not null,
        json_bytes integer not null default 0,
        pdf_bytes integer not null default 0
      );
      create index personal_data_export_party on personal_data_export (party_id, id);
      create unique index personal_data_export_collecting on personal_data_export (party_id) where state = 'collecting';
      create index personal_data_export_kept on personal_data_export (expire_time) where state <> 'expired';
      -- What is in them, in pieces, each sealed under the customer's key.
      create table personal_data_export_piece (
        export_id text collate "C" not null references personal_data_export,
        attempt integer not null,
        form text not null check (form in ('json', 'pdf')),
        number integer not null,
        sealed bytea not null,
        primary key (export_id, attempt, form, number)
      );
      grant select, insert, update on personal_data_export to ${RUNTIME};
      grant select, insert, delete on personal_data_export_piece to ${RUNTIME};
    `);
  }
}
