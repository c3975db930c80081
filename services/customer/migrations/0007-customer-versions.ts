// Every version of a customer is kept.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'customer_runtime';

export class CustomerVersions extends Migration {
  override up(): void {
    this.addSql(`
      create table customer_version (
        customer_id text collate "C" not null references customer deferrable initially deferred,
        version integer not null check (version > 0),
        state text not null check (state in ('active', 'deactivated')),
        branch_id text collate "C" not null,
        -- A bank.type.v1.Sealed under the customer's own key, as in customer.
        profile bytea not null,
        -- Who made it so: a bank.options.v1.Audience, and the party; 0 and empty where nobody knows.
        actor_audience integer not null,
        actor_id text collate "C" not null,
        -- Why: a bank.type.v1.Sealed under the customer's own key.
        remark bytea,
        -- When it began.
        create_time timestamptz not null,
        primary key (customer_id, version)
      );
      -- What came before is gone: those from before have the version that they are at.
      insert into customer_version
        select id, version, state, branch_id, profile, 0, '', null, update_time from customer;
      -- Nothing is changed or removed: erased is by the key.
      grant select, insert on customer_version to ${RUNTIME};
    `);
  }
}
