// The data keys of parties, wrapped, and the rotations of the key-encryption key that wraps them.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'security_runtime';

export class DataKeys extends Migration {
  override up(): void {
    this.addSql(`
      create table data_key (
        party_id text collate "C" primary key,
        -- As the key-management system wrapped it. Null once it was destroyed: the row stays, so that no other is made.
        wrapped bytea,
        -- The newest rotation that had begun to wrap when this was wrapped: every older one is behind it.
        rotation_number integer not null check (rotation_number >= 0),
        create_time timestamptz not null default now(),
        destroy_time timestamptz,
        check ((wrapped is null) = (destroy_time is not null))
      );
      -- What a rotation has still to do.
      create index data_key_by_rotation on data_key (rotation_number, party_id) where wrapped is not null;

      create table key_rotation (
        rotation_number integer primary key check (rotation_number > 0),
        -- planned: the key-management system has not been asked for a new version yet.
        state text not null check (state in ('planned', 'rewrapping', 'done')),
        create_time timestamptz not null,
        finish_time timestamptz,
        check ((state = 'done') = (finish_time is not null))
      );

      grant select, insert on data_key, key_rotation to ${RUNTIME};
      grant update (wrapped, rotation_number, destroy_time) on data_key to ${RUNTIME};
      grant update (state, finish_time) on key_rotation to ${RUNTIME};
    `);
  }
}
