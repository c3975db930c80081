// For how long records are kept: policies, holds, and what went into the archive. The runtime role still can remove no record; what is
// in the archive whole and under no hold, a function of the owner's takes out of the database.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'audit_runtime';

export class Keeping extends Migration {
  override up(): void {
    this.addSql(tables());
    this.addSql(held());
    this.addSql(clearing());
    this.addSql(forgetting());
    this.addSql(`
      revoke execute on function audit_month_held(timestamptz), clear_audit_month(timestamptz),
        forget_activities(timestamptz, jsonb, timestamptz, integer) from public;
      grant execute on function audit_month_held(timestamptz), clear_audit_month(timestamptz),
        forget_activities(timestamptz, jsonb, timestamptz, integer) to ${RUNTIME};
      grant select, insert on retention_policy, legal_hold, archive_file to ${RUNTIME};
      grant select on archive_month to ${RUNTIME};
      grant update (release_time, releaser_id, approver_id) on legal_hold to ${RUNTIME};
      grant update (decide_time, disposal_version, dispose_time) on archive_file to ${RUNTIME};
    `);
  }
}

function tables(): string {
  return `
    create table retention_policy (
      version integer primary key check (version > 0),
      -- bank.audit.v1.RetentionPolicy, as JSON of the contract.
      policy jsonb not null,
      author_id text collate "C" not null,
      approver_id text collate "C" not null,
      create_time timestamptz not null
    );

    create table legal_hold (
      hold_id text collate "C" primary key,
      party_id text collate "C" not null,
      resource_id text collate "C" not null,
      start_time timestamptz,
      end_time timestamptz,
      -- Sealed under the key of its author.
      reason_sealed bytea not null,
      author_id text collate "C" not null,
      create_time timestamptz not null,
      release_time timestamptz,
      releaser_id text collate "C" not null default '',
      approver_id text collate "C" not null default ''
    );

    -- What of a month was taken out of the database, and when: one row for each time that there was something.
    create table archive_month (
      month timestamptz not null,
      generation integer not null check (generation >= 0),
      record_count bigint not null,
      clear_time timestamptz not null,
      primary key (month, generation)
    );

    -- The files of the archive. Of a generation that is not cleared yet, the records stand in the database too.
    create table archive_file (
      key text collate "C" primary key,
      month timestamptz not null,
      generation integer not null,
      slice integer not null,
      class_name text collate "C" not null,
      first_time timestamptz not null,
      last_time timestamptz not null,
      last_id text collate "C" not null,
      record_count integer not null,
      digest bytea not null,
      policy_version integer not null,
      -- From when on it is no more, once the object is removed.
      decide_time timestamptz,
      disposal_version integer,
      dispose_time timestamptz,
      unique (month, generation, slice, class_name)
    );
    create index alert_evidence_activity on alert_evidence (event_id);
    create index archive_file_times on archive_file (first_time, last_time);
  `;
}

/** Whether a hold covers anything of a month that is in the database. */
function held(): string {
  return `
    create function audit_month_held(first timestamptz) returns boolean
      language sql stable security definer set search_path = public, pg_temp as $$
      select exists (
        select from legal_hold h join audit_record r
          on r.occur_time >= first and r.occur_time < first + interval '1 month'
          and (h.start_time is null or r.occur_time >= h.start_time) and (h.end_time is null or r.occur_time < h.end_time)
          and (h.resource_id = '' or r.body @> jsonb_build_object('resourceIds', jsonb_build_array(h.resource_id)))
          and (h.party_id = '' or h.party_id in (
            coalesce(r.body #>> '{actor,partyId}', ''), coalesce(r.body #>> '{actor,approverId}', ''),
            coalesce(r.body #>> '{before,partyId}', ''), coalesce(r.body #>> '{after,partyId}', '')
          ) or r.body @> jsonb_build_object('resourceIds', jsonb_build_array(h.party_id)))
        where h.release_time is null
      ) $$;
  `;
}

/**
 * Empties the partition of a month whose records are all in the archive. Nothing is taken that the archive has fewer of, that a hold
 * covers, or that is younger than two months, whoever asks. Holds are placed under the same lock.
 */
function clearing(): string {
  return `
    create function clear_audit_month(first timestamptz) returns text
      language plpgsql security definer set search_path = public, pg_temp set timezone = 'UTC' as $$
    declare
      name constant text := 'audit_record_' || to_char(first, 'YYYY_MM');
      this_generation integer;
      here bigint;
      archived bigint;
    begin
      if first <> date_trunc('month', first) or first + interval '3 months' > now() or to_regclass('public.' || name) is null then
        raise exception '% is no month that is to be cleared', first;
      end if;
      perform pg_advisory_xact_lock(hashtextextended('legal holds', 0));
      execute format('lock table public.%I in access exclusive mode', name);
      select coalesce(max(generation) + 1, 0) into this_generation from archive_month where month = first;
      execute format('select count(*) from public.%I', name) into here;
      select coalesce(sum(record_count), 0) into archived from archive_file
        where month = first and generation = this_generation;
      if here = 0 then
        return 'EMPTY';
      end if;
      if here <> archived then
        return 'INCOMPLETE';
      end if;
      if audit_month_held(first) then
        return 'HELD';
      end if;
      execute format('truncate table public.%I', name);
      insert into archive_month (month, generation, record_count, clear_time) values (first, this_generation, here, now());
      return 'CLEARED';
    end $$;
  `;
}

/**
 * Forgets activities from before a time, so many at once: not what an alert rests on, what waits, what was large and is younger than
 * 'large_before', what a hold names, nor of any subject the first and the last payment, by which rules tell silence.
 */
function forgetting(): string {
  return `
    create function forget_activities(before timestamptz, large jsonb, large_before timestamptz, most integer) returns integer
      language plpgsql security definer set search_path = public, pg_temp as $$
    declare
      forgotten integer;
    begin
      if before > now() - interval '31 days' then
        raise exception 'activities from before % are too young to be forgotten', before;
      end if;
      with old as (
        select subject_id, occur_time, kind, event_id from activity a
        where a.occur_time < before
          and (a.minor is null or a.occur_time < large_before
            or (large ? a.currency_code and a.minor < (large ->> a.currency_code)::bigint))
          and not exists (select from activity_waiting w
            where (w.subject_id, w.occur_time, w.kind, w.event_id) = (a.subject_id, a.occur_time, a.kind, a.event_id))
          and not exists (select from alert_evidence e join alert using (alert_id)
            where e.occur_time = a.occur_time and e.kind = a.kind and e.event_id = a.event_id and alert.subject_id = a.subject_id)
          and not exists (select from legal_hold h where h.release_time is null and a.subject_id in (h.party_id, h.resource_id))
          and (a.minor is null or exists (select from activity f
            where f.subject_id = a.subject_id and f.occur_time < a.occur_time and f.minor is not null))
          and (a.kind <> 'PAID_OUT' or exists (select from activity l
            where l.subject_id = a.subject_id and l.occur_time > a.occur_time and l.kind = 'PAID_OUT'))
        order by a.occur_time limit most
      )
      delete from activity a using old o
      where (a.subject_id, a.occur_time, a.kind, a.event_id) = (o.subject_id, o.occur_time, o.kind, o.event_id);
      get diagnostics forgotten = row_count;
      return forgotten;
    end $$;
  `;
}
