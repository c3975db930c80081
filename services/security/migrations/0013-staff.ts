// The bank's staff, who log in as customers do.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'security_runtime';

export class Staff extends Migration {
  override up(): void {
    this.addSql(`
      -- Whose they are: a customer's, or a member of staff's.
      alter table credential rename column customer_id to party_id;
      alter table enrolment_code rename column customer_id to party_id;

      create table staff_member (
        id text collate "C" primary key,
        -- Sealed.
        display_name bytea not null,
        branch_id text collate "C" not null,
        roles text[] not null check (cardinality(roles) > 0),
        state text not null check (state in ('active', 'deactivated')),
        -- From 1: the aggregate sequence of the events, and the etag.
        version integer not null check (version > 0)
      );

      grant select, insert on staff_member to ${RUNTIME};
      grant update (branch_id, roles, state, version) on staff_member to ${RUNTIME};
    `);
  }
}
