// The tables of monitoring. What happened is only added to; what is found, and what people do about it, changes.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'audit_runtime';

export class Monitoring extends Migration {
  override up(): void {
    this.addSql(activities());
    this.addSql(rules());
    this.addSql(cases());
    this.addSql(`
      grant select, insert on activity, monitoring_rule, alert_evidence, case_note to ${RUNTIME};
      grant select, insert, delete on activity_waiting to ${RUNTIME};
      grant select, insert on monitoring_case, alert to ${RUNTIME};
      grant update (state, assignee_id, update_time) on monitoring_case to ${RUNTIME};
      grant update (start_time, end_time, evidence_count) on alert to ${RUNTIME};
    `);
  }
}

function activities(): string {
  return `
    create table activity (
      subject_id text collate "C" not null,
      occur_time timestamptz not null,
      kind text collate "C" not null check (kind in ('DENIED', 'STAFF_ACCESS', 'PAID_IN', 'PAID_OUT', 'CASH_IN')),
      event_id text collate "C" not null,
      record_id text collate "C" not null,
      resource_ids text[] not null,
      currency_code text collate "C",
      minor bigint,
      primary key (subject_id, occur_time, kind, event_id),
      check ((currency_code is null) = (minor is null))
    ) with (autovacuum_freeze_min_age = 0, autovacuum_vacuum_insert_scale_factor = 0.05);
    create index activity_time on activity (occur_time);

    -- What no rule has looked at yet.
    create table activity_waiting (
      position bigint generated always as identity primary key,
      subject_id text collate "C" not null,
      occur_time timestamptz not null,
      kind text collate "C" not null,
      event_id text collate "C" not null
    ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);
  `;
}

function rules(): string {
  return `
    create table monitoring_rule (
      rule_id text collate "C" not null,
      version int not null check (version > 0),
      -- bank.audit.v1.MonitoringRule, as JSON of the contract.
      rule jsonb not null,
      author_id text collate "C" not null,
      approver_id text collate "C" not null,
      create_time timestamptz not null,
      primary key (rule_id, version)
    );
  `;
}

function cases(): string {
  return `
    create table monitoring_case (
      case_id text collate "C" primary key,
      subject_id text collate "C" not null,
      state text not null check (state in ('OPEN', 'UNDER_REVIEW', 'DISMISSED', 'REPORTED')),
      assignee_id text collate "C" not null default '',
      create_time timestamptz not null,
      update_time timestamptz not null
    );
    create unique index monitoring_case_at_work on monitoring_case (subject_id) where state in ('OPEN', 'UNDER_REVIEW');
    create index monitoring_case_subject on monitoring_case (subject_id, case_id);
    create index monitoring_case_assignee on monitoring_case (assignee_id, case_id);

    create table alert (
      alert_id text collate "C" primary key,
      case_id text collate "C" not null references monitoring_case,
      rule_id text collate "C" not null,
      rule_version int not null,
      subject_id text collate "C" not null,
      start_time timestamptz not null,
      end_time timestamptz not null,
      create_time timestamptz not null,
      evidence_count int not null
    );
    create index alert_case on alert (case_id, alert_id);
    create index alert_subject on alert (subject_id, rule_id, alert_id);

    create table alert_evidence (
      alert_id text collate "C" not null references alert,
      occur_time timestamptz not null,
      kind text collate "C" not null,
      event_id text collate "C" not null,
      primary key (alert_id, occur_time, kind, event_id)
    );

    create table case_note (
      case_id text collate "C" not null references monitoring_case,
      note_number int not null check (note_number > 0),
      author_id text collate "C" not null,
      -- Sealed under the key of its author.
      text_sealed bytea not null,
      create_time timestamptz not null,
      primary key (case_id, note_number)
    );
  `;
}
