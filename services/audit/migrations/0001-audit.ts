// The tables of the audit service. Its runtime role can add to them and read them, and nothing else.
import { Migration } from '@mikro-orm/migrations';
import { chassisTables } from '#chassis/chassis-tables.ts';

const RUNTIME = 'audit_runtime';

/** Rows that never change are frozen when they are first vacuumed. */
const APPEND_ONLY = 'autovacuum_freeze_min_age = 0, autovacuum_vacuum_insert_scale_factor = 0.05';

export class Audit extends Migration {
  override up(): void {
    this.addSql(chassisTables(RUNTIME));
    this.addSql(logs());
    this.addSql(records());
    this.addSql(months());
    this.addSql(rights());
  }
}

/** The trees: leaves, and the nodes over them that are whole. Not in partitions: they are what nothing may be missing of. */
function logs(): string {
  return `
    create table log_leaf (
      log text collate "C" not null,
      position bigint not null check (position >= 0),
      hash bytea not null check (length(hash) = 32),
      -- HMAC of the hash under a key that is not in the database.
      seal bytea not null,
      record_id text collate "C" not null unique,
      occur_time timestamptz not null,
      primary key (log, position)
    ) with (${APPEND_ONLY});

    create table log_node (
      log text collate "C" not null,
      level smallint not null check (level > 0),
      index bigint not null check (index >= 0),
      hash bytea not null check (length(hash) = 32),
      primary key (log, level, index)
    ) with (${APPEND_ONLY});
  `;
}

/**
 * Every fact stands once: what is searched by is what is hashed. Which question needs which index: \`audit_record_body\`, a party
 * or a thing; the others, an actor, an RPC, a reason; the time, the partitions and the primary key.
 */
function records(): string {
  return `
    create table audit_record (
      record_id text collate "C" not null,
      occur_time timestamptz not null,
      known_time timestamptz not null,
      log text collate "C" not null,
      position bigint not null,
      previous_hash bytea not null,
      event_id text collate "C" not null,
      kind text not null check (kind in ('COMMAND', 'REFUSED_ACCESS')),
      rpc text collate "C" not null,
      accepted boolean not null,
      reason text collate "C" not null,
      -- The rest of a bank.audit.v1.AuditRecord, as JSON of the contract.
      body jsonb not null,
      -- Sealed under the keys of the parties that the body names.
      before_sealed bytea,
      after_sealed bytea,
      origin_sealed bytea,
      primary key (occur_time, record_id)
    ) partition by range (occur_time);
    create index audit_record_body on audit_record using gin (body jsonb_path_ops);
    create index audit_record_actor on audit_record ((body #>> '{actor,partyId}'), occur_time, record_id);
    create index audit_record_rpc on audit_record (rpc, occur_time, record_id);
    create index audit_record_reason on audit_record (reason, occur_time, record_id) where reason <> '';
  `;
}

/** The runtime role can make no table. It asks for the month of an event when it first hears of one. */
function months(): string {
  return `
    create function make_audit_month(instant timestamptz) returns void
      language plpgsql security definer set search_path = pg_catalog set timezone = 'UTC' as $$
    declare
      first constant timestamptz := date_trunc('month', instant);
      name constant text := 'audit_record_' || to_char(first, 'YYYY_MM');
    begin
      if instant < '2000-01-01' or instant > now() + interval '1 day' then
        raise exception 'no event occurs at %', instant;
      end if;
      perform pg_advisory_xact_lock(7239470);
      if to_regclass('public.' || name) is not null then
        return;
      end if;
      execute format('create table public.%I (like public.audit_record including defaults including constraints including indexes) with (${APPEND_ONLY})', name);
      execute format('alter table public.audit_record attach partition public.%I for values from (%L) to (%L)',
        name, first, first + interval '1 month');
    end $$;
  `;
}

function rights(): string {
  return `
    grant select, insert on log_leaf, log_node, audit_record to ${RUNTIME};
    revoke execute on function make_audit_month(timestamptz) from public;
    grant execute on function make_audit_month(timestamptz) to ${RUNTIME};
  `;
}
