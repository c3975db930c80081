// The tables of the integration service.
import { Migration } from '@mikro-orm/migrations';
import { ChassisSettings, chassisTables, eventOperations, eventPath, LeanChassis } from '#chassis/chassis-tables.ts';

const RUNTIME = 'integration_runtime';

export class PaymentFiles extends Migration {
  override up(): void {
    this.addSql(chassisTables(RUNTIME));
    this.addSql(tables());
    this.addSql(rights());
  }
}

/** The migrations of the chassis, in the order in which the other services have them. */
export const chassisSteps = [
  { name: '0002-lean-chassis', class: LeanChassis },
  { name: '0003-chassis-settings', class: ChassisSettings },
  { name: '0004-event-path', class: eventPath(RUNTIME) },
  { name: '0005-event-operations', class: eventOperations(RUNTIME) },
];

function tables(): string {
  return `
    -- A part of a file that a party has uploaded: a bank.type.v1.Sealed under their key.
    create table payment_file_part (
      party_id text collate "C" not null,
      digest bytea not null check (length(digest) = 32),
      content bytea not null,
      create_time timestamptz not null,
      -- Set once a file has it: it stays with it.
      is_taken boolean not null default false,
      primary key (party_id, digest)
    );
    create index payment_file_part_left on payment_file_part (create_time) where not is_taken;

    create table payment_file (
      id text collate "C" primary key,
      party_id text collate "C" not null,
      -- Who handed it in: a bank.type.v1.Actor as JSON.
      actor jsonb not null,
      content_digest bytea not null,
      part_digests bytea[] not null,
      state text not null check (state in ('received', 'processing', 'done', 'refused')),
      message_identification text collate "C",
      message_create_time text,
      payment_count integer not null default 0,
      booked_count integer not null default 0,
      pending_count integer not null default 0,
      refused_count integer not null default 0,
      refusal_reason text not null default '',
      refusal_path text not null default '',
      create_time timestamptz not null,
      -- Until when a process is at work on it.
      lease_time timestamptz not null default '-infinity',
      unique (party_id, content_digest),
      check (booked_count + pending_count + refused_count <= payment_count)
    );
    -- A message identification stands for one file of a party, of those that are taken.
    create unique index payment_file_message on payment_file (party_id, message_identification)
      where state in ('processing', 'done');
    create index payment_file_due on payment_file (create_time) where state in ('received', 'processing');

    -- Up to 500 payments of a file, of one group of it, in its order.
    create table payment_piece (
      file_id text collate "C" not null references payment_file,
      number integer not null check (number >= 0),
      -- A bank.type.v1.Sealed under the party's key, in it JSON: the payments.
      payments bytea not null,
      -- What became of each, in their order, as JSON; nothing personal. Absent until all have been made.
      outcomes jsonb,
      primary key (file_id, number)
    );
  `;
}

function rights(): string {
  return `
    grant select, insert, delete on payment_file_part to ${RUNTIME};
    grant update (is_taken, create_time) on payment_file_part to ${RUNTIME};
    grant select, insert on payment_file to ${RUNTIME};
    grant update (state, message_identification, message_create_time, payment_count, booked_count, pending_count,
      refused_count, refusal_reason, refusal_path, lease_time) on payment_file to ${RUNTIME};
    -- What was read before a process died is read anew.
    grant select, insert, delete on payment_piece to ${RUNTIME};
    grant update (outcomes) on payment_piece to ${RUNTIME};
  `;
}
