// When sessions were revoked: the edge asks for those of the last minutes.
import { Migration } from '@mikro-orm/migrations';

export class RevokedSessions extends Migration {
  override up(): void {
    this.addSql(`
      -- Written by the database, whichever statement revokes a session: who follows must not miss one.
      alter table session add column revoke_time timestamptz;
      update session set revoke_time = now() where state = 'revoked';
      alter table session add check (state <> 'revoked' or revoke_time is not null);

      create function stamp_revocation() returns trigger language plpgsql as $$
      begin
        new.revoke_time := clock_timestamp();
        return new;
      end $$;
      create trigger stamp_revocation before update of state on session
        for each row when (old.state <> 'revoked' and new.state = 'revoked') execute function stamp_revocation();

      create index session_revoked on session (revoke_time) where state = 'revoked';
    `);
  }
}
