// Integration partners, and the assertions and proofs with which they got their tokens: each is good once.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'security_runtime';

export class Partners extends Migration {
  override up(): void {
    this.addSql(`
      create table partner (
        id text collate "C" primary key,
        display_name text not null,
        -- Public keys only.
        jwks jsonb not null,
        scopes text[] not null check (cardinality(scopes) > 0),
        calls_max integer not null check (calls_max > 0),
        state text collate "C" not null check (state in ('active', 'suspended')),
        -- What its tokens name: revoked when it is suspended or changed, so that they end with it.
        session_id text collate "C" not null references session,
        -- From 1: the aggregate sequence of the events, and the etag.
        version integer not null check (version > 0)
      );

      create table spent_assertion (
        -- A hash of whose it is and of its jti.
        id text collate "C" primary key,
        expire_time timestamptz not null
      );
      create index spent_assertion_expires on spent_assertion (expire_time);

      grant select, insert on partner to ${RUNTIME};
      grant update (display_name, jwks, scopes, calls_max, state, session_id, version) on partner to ${RUNTIME};
      grant select, insert, delete on spent_assertion to ${RUNTIME};
    `);
  }
}
