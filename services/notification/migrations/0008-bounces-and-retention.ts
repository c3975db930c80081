// Addresses that messages bounced from, and for how long notices are kept.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'notification_runtime';

export class BouncesAndRetention extends Migration {
  override up(): void {
    this.addSql(bounces());
    this.addSql(retention());
    this.addSql(rights());
  }
}

function bounces(): string {
  return `
    -- A keyed hash of where it was sent, or would have been.
    alter table delivery add column address_hash bytea;

    -- What is not written to any more: a keyed hash of an address.
    create table bounced_address (
      party_id text collate "C" not null,
      channel text not null check (channel in ('email', 'sms')),
      address_hash bytea not null,
      bounce_time timestamptz not null,
      primary key (party_id, channel, address_hash)
    );
  `;
}

function retention(): string {
  return `
    create index notice_age on notice (topic, create_time);

    create table retention_policy (
      version integer primary key check (version > 0),
      policy jsonb not null,
      author_id text collate "C" not null,
      approver_id text collate "C" not null,
      create_time timestamptz not null
    );
  `;
}

function rights(): string {
  return `
    grant update (address_hash) on delivery to ${RUNTIME};
    grant delete on notice, delivery to ${RUNTIME};
    grant select, insert, delete on bounced_address to ${RUNTIME};
    grant select, insert on retention_policy to ${RUNTIME};
  `;
}
