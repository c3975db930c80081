// The keys with which tokens are signed.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'security_runtime';

export class SigningKeys extends Migration {
  override up(): void {
    this.addSql(`
      create table signing_key (
        -- The thumbprint of the public key (RFC 7638).
        kid text collate "C" primary key,
        -- Ed25519.
        public_key bytea not null check (length(public_key) = 32),
        -- PKCS #8, as bank.type.v1.Sealed.
        private_key bytea not null,
        -- Since when it is told.
        publish_time timestamptz not null,
        -- From when on it signs, until a later one does.
        sign_time timestamptz not null
      );

      grant select, insert, delete on signing_key to ${RUNTIME};
      grant update (sign_time) on signing_key to ${RUNTIME};
    `);
  }
}
