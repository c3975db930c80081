// The tables of the notification service.
import { Migration } from '@mikro-orm/migrations';
import { chassisTables } from '#chassis/chassis-tables.ts';

const RUNTIME = 'notification_runtime';

export class Notices extends Migration {
  override up(): void {
    this.addSql(chassisTables(RUNTIME));
    this.addSql(tables());
    this.addSql(rights());
  }
}

function tables(): string {
  return `
    -- How far the inbox of a customer has come.
    create table inbox_head (
      party_id text collate "C" primary key,
      last_number integer not null check (last_number >= 0),
      unread_count integer not null check (unread_count between 0 and last_number)
    );

    -- What a customer was told: numbered from 1 without a gap. Nothing personal: what stood in the event, by which the text is
    -- written when it is read.
    create table notice (
      party_id text collate "C" not null references inbox_head deferrable initially deferred,
      number integer not null check (number > 0),
      template text not null,
      topic text not null check (topic in ('money_in', 'money_out', 'orders', 'security')),
      facts jsonb not null,
      occur_time timestamptz not null,
      create_time timestamptz not null,
      read_time timestamptz,
      primary key (party_id, number)
    );
    create index notice_unread on notice (party_id, number) where read_time is null;

    -- A notice on its way, other than into the inbox.
    create table delivery (
      party_id text collate "C" not null,
      number integer not null,
      channel text not null check (channel in ('email', 'sms', 'push')),
      state text not null check (state in ('waiting', 'retrying', 'sent', 'dead')),
      attempts integer not null,
      -- When it is tried next; of one that is at work, when its worker is taken for dead.
      next_time timestamptz,
      create_time timestamptz not null,
      send_time timestamptz,
      provider text not null default '',
      failure text not null default '',
      -- A bank.type.v1.Sealed of security, in it a code; gone when it was sent.
      secret bytea,
      -- A bank.type.v1.Sealed under the customer's key, in it JSON: where it was sent, and what.
      copy bytea,
      primary key (party_id, number, channel),
      foreign key (party_id, number) references notice deferrable initially deferred,
      check ((state in ('waiting', 'retrying')) = (next_time is not null))
    );
    create index delivery_due on delivery (next_time) where next_time is not null;

    -- What takes the place of the texts that the bank began with, which are version 0.
    create table template_text (
      template text collate "C" not null,
      locale text collate "C" not null,
      version integer not null check (version > 0),
      subject text not null,
      body text not null,
      author_id text collate "C" not null,
      create_time timestamptz not null,
      primary key (template, locale, version)
    );

    create table preference (
      party_id text collate "C" primary key,
      locale text not null,
      time_zone text not null,
      quiet_from text,
      quiet_until text,
      -- "topic channel": whether it is wanted; only what was chosen.
      choices jsonb not null,
      version integer not null check (version > 0),
      update_time timestamptz not null,
      check ((quiet_from is null) = (quiet_until is null))
    );
  `;
}

function rights(): string {
  return `
    grant select, insert, update on inbox_head, preference to ${RUNTIME};
    grant select, insert on notice to ${RUNTIME};
    grant update (read_time) on notice to ${RUNTIME};
    grant select, insert on template_text to ${RUNTIME};
    grant select, insert on delivery to ${RUNTIME};
    grant update (state, attempts, next_time, send_time, provider, failure, secret, copy) on delivery to ${RUNTIME};
  `;
}
