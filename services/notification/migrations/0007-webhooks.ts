// Webhooks, what is sent to them, and what became of it.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'notification_runtime';

export class Webhooks extends Migration {
  override up(): void {
    this.addSql(tables());
    this.addSql(rights());
  }
}

function tables(): string {
  return `
    create table webhook (
      webhook_id text collate "C" primary key,
      party_id text collate "C" not null,
      -- A bank.type.v1.Sealed under the party's key, in it JSON: URL, description, secrets. Gone when it was deleted.
      endpoint bytea,
      event_types text[] not null,
      -- What a partner could do when it made it; what security has said of the partner since goes before.
      scopes text[] not null,
      state text not null check (state in ('active', 'disabled', 'deleted')),
      disable_reason text not null default '',
      disable_time timestamptz,
      -- Since when nothing was taken.
      failing_time timestamptz,
      version integer not null check (version > 0),
      create_time timestamptz not null,
      check ((state = 'deleted') = (endpoint is null)),
      check ((state = 'disabled') = (disable_time is not null))
    );
    create index webhook_party on webhook (party_id);

    -- What security has said of partners. Null scopes: it has not said since notification listens.
    create table webhook_partner (
      party_id text collate "C" primary key,
      scopes text[],
      suspended boolean not null
    );

    -- An event on its way to a webhook. Nothing personal: what stands in the event.
    create table webhook_delivery (
      webhook_id text collate "C" not null references webhook,
      event_id text collate "C" not null,
      event_type text not null,
      body text not null,
      state text not null check (state in ('waiting', 'retrying', 'delivered', 'dead', 'held')),
      -- In all, and since it was made or replayed.
      attempts integer not null default 0,
      tries integer not null default 0,
      -- When it is tried next; of one that is at work, when its worker is taken for dead.
      next_time timestamptz,
      occur_time timestamptz not null,
      create_time timestamptz not null,
      deliver_time timestamptz,
      failure text not null default '',
      primary key (webhook_id, event_id),
      check ((state in ('waiting', 'retrying')) = (next_time is not null))
    );
    create index webhook_delivery_due on webhook_delivery (webhook_id, next_time) where next_time is not null;
    create index webhook_delivery_listed on webhook_delivery (webhook_id, occur_time, event_id);
    create index webhook_delivery_age on webhook_delivery (create_time);

    create table webhook_attempt (
      webhook_id text collate "C" not null,
      event_id text collate "C" not null,
      attempt integer not null,
      attempt_time timestamptz not null,
      duration_ms integer not null,
      status_code integer not null,
      failure text not null,
      -- A bank.type.v1.Sealed under the party's key: the beginning of what was answered.
      excerpt bytea,
      primary key (webhook_id, event_id, attempt),
      foreign key (webhook_id, event_id) references webhook_delivery on delete cascade
    );
  `;
}

function rights(): string {
  return `
    grant select, insert on webhook to ${RUNTIME};
    grant update (endpoint, event_types, state, disable_reason, disable_time, failing_time, version)
      on webhook to ${RUNTIME};
    grant select, insert, update on webhook_partner to ${RUNTIME};
    grant select, insert, delete on webhook_delivery to ${RUNTIME};
    grant update (state, attempts, tries, next_time, deliver_time, failure) on webhook_delivery to ${RUNTIME};
    grant select, insert on webhook_attempt to ${RUNTIME};
  `;
}
