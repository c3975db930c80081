// Requests that somebody else has to approve.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'security_runtime';

export class Approvals extends Migration {
  override up(): void {
    this.addSql(`
      create table approval (
        id text collate "C" primary key,
        -- The call: its key, who made it for whom and whence (sealed), and what the rule said then.
        rpc text collate "C" not null,
        request_id text collate "C" not null,
        maker_id text collate "C" not null,
        branch_id text collate "C" not null,
        call json not null,
        approvers text[] not null check (cardinality(approvers) > 0),
        rule text not null,
        -- Sealed: it may hold anything.
        request bytea not null,
        state text not null check (
          state in ('pending', 'approved', 'executed', 'rejected', 'expired', 'withdrawn', 'failed', 'stale')
        ),
        approver_id text collate "C" not null default '',
        -- All on the bank's clock.
        create_time timestamptz not null,
        expire_time timestamptz not null,
        decide_time timestamptz,
        -- Of one that was executed: what the service answered, sealed. Of one that failed: its refusal.
        outcome bytea,
        reason text not null default '',
        -- Until when a process is at work on it; of the machine's clock.
        lease_until timestamptz,
        -- From 1: the aggregate sequence of the events.
        version integer not null check (version > 0),
        unique (maker_id, rpc, request_id),
        check (approver_id <> maker_id),
        check ((state in ('approved', 'executed', 'failed', 'rejected')) <= (approver_id <> ''))
      );
      create index approval_open on approval (state) where state in ('pending', 'approved');

      grant select, insert on approval to ${RUNTIME};
      grant update (state, approver_id, decide_time, outcome, reason, lease_until, version) on approval to ${RUNTIME};
    `);
  }
}
