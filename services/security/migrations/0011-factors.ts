// The second factors of those who log in.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'security_runtime';

export class Factors extends Migration {
  override up(): void {
    this.addSql(`
      -- The authenticator app of a party. Until it is confirmed it counts for nothing.
      create table totp (
        party_id text collate "C" primary key,
        -- Sealed: codes are made of it, so a hash would not do.
        secret bytea not null,
        confirmed boolean not null,
        -- The step (of 30 s, since the epoch) of the code that was used last: it and all before are of no use any more.
        last_step integer not null
      );

      create table recovery_code (
        party_id text collate "C" not null,
        -- Keyed.
        hash bytea not null,
        used boolean not null,
        primary key (party_id, hash)
      );

      grant select, insert, update, delete on totp to ${RUNTIME};
      grant select, insert, delete on recovery_code to ${RUNTIME};
      grant update (used) on recovery_code to ${RUNTIME};
    `);
  }
}
