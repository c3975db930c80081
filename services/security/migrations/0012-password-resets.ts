// The codes with which those who have forgotten their password set a new one.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'security_runtime';

export class PasswordResets extends Migration {
  override up(): void {
    this.addSql(`
      create table password_reset (
        -- Of each party, the code that was made last.
        party_id text collate "C" primary key,
        -- Keyed.
        code_hash bytea not null,
        -- Of the credentials then: once they have changed, the code is good for nothing.
        credential_version integer not null,
        issue_time timestamptz not null,
        expire_time timestamptz not null,
        wrong_tries integer not null check (wrong_tries >= 0)
      );

      grant select, insert, update on password_reset to ${RUNTIME};
    `);
  }
}
