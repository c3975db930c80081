// What logins are judged by, what they looked like, and those that are held.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'security_runtime';

export class LoginScoring extends Migration {
  override up(): void {
    this.addSql(`
      -- When and how often somebody logged in, since they registered their credentials.
      create table login_usage (
        party_id text collate "C" primary key,
        logins bigint not null,
        night_logins bigint not null,
        last_time timestamptz not null
      ) with (fillfactor = 70);
      -- At what time of day they did is not known of those before.
      insert into login_usage (party_id, logins, night_logins, last_time)
        select party_id, 0, 0, max(start_time) from session group by party_id;

      -- Logins that were refused, by a keyed hash of the network, as long as anybody asks: two days.
      create table login_address_hour (
        address bytea,
        hour timestamptz,
        failures bigint not null,
        primary key (address, hour)
      ) with (fillfactor = 70);
      create index login_address_hour_old on login_address_hour using brin (hour);

      create table login_review (
        id text collate "C" primary key,
        party_id text collate "C" not null,
        -- A keyed hash of the user agent; empty when it was not told.
        device bytea not null,
        state text not null check (state in ('open', 'released', 'refused', 'used')),
        reasons text[] not null,
        score integer not null,
        policy_version integer not null,
        -- Whence it was tried, sealed.
        origin bytea,
        create_time timestamptz not null,
        expire_time timestamptz not null,
        decide_time timestamptz,
        decider_id text collate "C" not null default '',
        check (decider_id <> party_id),
        check ((state = 'open') = (decider_id = ''))
      );
      create index login_review_of_device on login_review (party_id, device);

      -- What its login looked like.
      alter table session add column score integer not null default 0;
      alter table session add column reasons text[] not null default '{}';
      alter table session add column policy_version integer not null default 0;

      grant select, insert, update, delete on login_usage, login_address_hour to ${RUNTIME};
      grant select, insert on login_review to ${RUNTIME};
      grant update (state, expire_time, decide_time, decider_id) on login_review to ${RUNTIME};
    `);
  }
}
