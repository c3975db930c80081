// The proofs that came with calls of partners: each is good once, at whichever process of the edge.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'security_runtime';

export class SpentProofs extends Migration {
  override up(): void {
    this.addSql(`
      create table spent_proof (
        -- The SHA-256 of whose key it is of and of its jti.
        digest bytea primary key check (length(digest) = 32),
        -- The edge's key of the use that was first.
        use_key text collate "C" not null,
        spend_time timestamptz not null default now()
      );
      create index spent_proof_spent on spent_proof (spend_time);

      grant select, insert, delete on spent_proof to ${RUNTIME};
    `);
  }
}
