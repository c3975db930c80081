// Passkeys, and the challenges that they have signed.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'security_runtime';

export class Passkeys extends Migration {
  override up(): void {
    this.addSql(`
      create table passkey (
        -- As its authenticator named it, in base64url.
        id text collate "C" primary key,
        party_id text collate "C" not null,
        -- COSE.
        public_key bytea not null,
        -- How often it has signed, as it says; 0 for ever where it is on several devices.
        counter bigint not null check (counter >= 0),
        synced boolean not null,
        create_time timestamptz not null,
        last_use_time timestamptz
      );
      create index passkey_of_party on passkey (party_id);

      -- A challenge that was never used is kept nowhere: it proves itself.
      create table used_challenge (
        challenge bytea primary key,
        expire_time timestamptz not null
      );
      create index used_challenge_over on used_challenge (expire_time);

      grant select, insert, delete on passkey, used_challenge to ${RUNTIME};
      grant update (counter, synced, last_use_time) on passkey to ${RUNTIME};
    `);
  }
}
