// What is exchanged with schemes: payments and returns on their way out, payments that came in, and a journal of the exchanges.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'integration_runtime';

export class Schemes extends Migration {
  override up(): void {
    this.addSql(outbound());
    this.addSql(inbound());
    this.addSql(exchanges());
  }
}

function outbound(): string {
  return `
    -- A payment (pacs.008) or a return (pacs.004) on its way to the scheme, until it is known what became of it.
    create table outbound_payment (
      -- The payment order's, or the suspense item's; it is the message's identification too.
      id text collate "C" primary key,
      message_name text collate "C" not null check (message_name in ('pacs.008.001.09', 'pacs.004.001.10')),
      -- The message, sealed: a bank.type.v1.Sealed. It is sent again as it is.
      content bytea not null,
      state text collate "C" not null default 'queued'
        check (state in ('queued', 'sent', 'settled', 'failed', 'returned')),
      iso_reason text collate "C" not null default '',
      -- Of what came back: null where it is all.
      returned_currency text collate "C",
      returned_amount text,
      -- What transaction knows of it: null nothing yet. A return it need not hear of.
      told_state text collate "C",
      -- What transaction said of what it was told, where it did not take it: somebody has to look at it.
      conflict text collate "C",
      attempts integer not null default 0,
      next_time timestamptz not null default now(),
      create_time timestamptz not null default now()
    );
    create index outbound_payment_due on outbound_payment (next_time) where state in ('queued', 'sent');
    create index outbound_payment_untold on outbound_payment (id)
      where message_name = 'pacs.008.001.09' and told_state is distinct from state and conflict is null;
    grant select, insert on outbound_payment to ${RUNTIME};
    grant update (state, iso_reason, returned_currency, returned_amount, told_state, conflict, attempts, next_time)
      on outbound_payment to ${RUNTIME};
  `;
}

function inbound(): string {
  return `
    -- A payment that came in, until it is booked and the scheme has heard so.
    create table inbound_payment (
      -- Follows from who instructed it and their identification of it, by which it is one.
      id text collate "C" primary key,
      message_identification text collate "C" not null,
      transaction_identification text collate "C" not null,
      end_to_end_identification text collate "C" not null,
      currency text collate "C" not null,
      amount text not null,
      -- What is personal of it, sealed under its own id.
      content bytea not null,
      state text collate "C" not null default 'received' check (state in ('received', 'accepted', 'rejected')),
      iso_reason text collate "C" not null default '',
      -- Whether the scheme has the answer. One that comes again is answered again.
      answered boolean not null default false,
      attempts integer not null default 0,
      next_time timestamptz not null default now(),
      create_time timestamptz not null default now()
    );
    create index inbound_payment_due on inbound_payment (next_time) where not answered;
    grant select, insert on inbound_payment to ${RUNTIME};
    grant update (state, iso_reason, answered, attempts, next_time) on inbound_payment to ${RUNTIME};

    -- A message that nobody could deal with.
    create table dead_message (
      id bigint generated always as identity primary key,
      digest text collate "C" not null unique,
      reason text collate "C" not null,
      -- Sealed under its digest.
      content bytea not null,
      create_time timestamptz not null default now()
    );
    grant select, insert on dead_message to ${RUNTIME};
  `;
}

function exchanges(): string {
  return `
    -- Nothing personal: what a message says stands in the rows above, sealed.
    create table scheme_exchange (
      id bigint generated always as identity primary key,
      outgoing boolean not null,
      message_name text collate "C" not null,
      message_identification text collate "C" not null,
      outcome text collate "C" not null,
      http_status integer not null,
      content_digest text collate "C" not null,
      duration_ms integer not null,
      end_time timestamptz not null default now()
    );
    grant select, insert on scheme_exchange to ${RUNTIME};

    -- The switch: one row.
    create table scheme_switch (
      id boolean primary key default true check (id),
      suspended boolean not null default false,
      reason text not null default ''
    );
    insert into scheme_switch default values;
    grant select on scheme_switch to ${RUNTIME};
    grant update (suspended, reason) on scheme_switch to ${RUNTIME};
  `;
}
