// The tables of the security service. No secret stands in them: hashes only.
import { Migration } from '@mikro-orm/migrations';
import { chassisTables } from '#chassis/chassis-tables.ts';

const RUNTIME = 'security_runtime';

export class Security extends Migration {
  override up(): void {
    this.addSql(chassisTables(RUNTIME));
    this.addSql(tables());
    this.addSql(rights());
  }
}

function tables(): string {
  return `
    create table enrolment_code (
      -- Of each customer, the one that was issued last.
      customer_id text collate "C" primary key,
      hash bytea not null unique,
      expire_time timestamptz not null,
      used boolean not null
    );

    create table credential (
      id text collate "C" primary key,
      customer_id text collate "C" not null unique,
      -- A keyed hash: whoever reads the table learns no username.
      username_hash bytea not null unique,
      -- Argon2id, as a PHC string.
      password_hash text not null,
      -- Wrong passwords in a row, and the earliest time of the next try.
      failures integer not null check (failures >= 0),
      next_try_time timestamptz not null,
      -- From 1: the aggregate sequence of the events.
      version integer not null check (version > 0)
    );

    create table session (
      id text collate "C" primary key,
      party_id text collate "C" not null,
      state text not null check (state in ('active', 'revoked')),
      start_time timestamptz not null,
      expire_time timestamptz not null
    );
    create index session_of_party on session (party_id) where state = 'active';

    -- Every refresh token of a session, also those that were rotated: to know them when they are shown again.
    create table refresh_token (
      hash bytea primary key,
      session_id text collate "C" not null references session,
      used boolean not null
    );
  `;
}

function rights(): string {
  return `
    grant select, insert, update on enrolment_code, credential to ${RUNTIME};
    grant select, insert on session, refresh_token to ${RUNTIME};
    grant update (state) on session to ${RUNTIME};
    grant update (used) on refresh_token to ${RUNTIME};
  `;
}
