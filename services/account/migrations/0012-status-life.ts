// The whole life of an account: inactive, dormant and escheated, with the log of it; when its holders moved it last; and requests for
// signatures that end because their account has.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'account_runtime';

export class StatusLife extends Migration {
  override up(): void {
    this.addSql(`
      alter table account drop constraint account_state_check, drop constraint account_check1;
      alter table account
        add constraint account_state_check check (
          state in ('pending', 'migrating', 'active', 'inactive', 'dormant', 'closed', 'escheated')
        ),
        add constraint account_closed_on check ((state in ('closed', 'escheated')) = (close_date is not null)),
        -- The reference of who ordered the freeze.
        add column freeze_reference text not null default '',
        -- The business date since which it has been in its state. Of accounts from before, the day of their opening.
        add column state_date date;
      update account set state_date = coalesce(close_date, open_date);
      -- A process of the release before, which still opens accounts, does not say it.
      alter table account alter column state_date set default current_date, alter column state_date set not null;
      grant update (freeze_reference, state_date) on account to ${RUNTIME};

      create table status_change (
        account_id text collate "C" not null references account,
        -- The version of the account that it made.
        version integer not null check (version > 0),
        from_state text not null,
        to_state text not null,
        freeze_debits boolean not null,
        freeze_credits boolean not null,
        freeze_reason text,
        freeze_reference text not null,
        reason text collate "C" not null,
        -- Who asked for it and who approved it; empty for the bank itself, and where nobody had to.
        actor_id text collate "C" not null,
        approver_id text collate "C" not null,
        by_staff boolean not null,
        create_time timestamptz not null,
        primary key (account_id, version)
      );
      grant select, insert on status_change to ${RUNTIME};

      -- The last day on which its holders moved something; an account without a row counts from its opening on.
      create table last_movement (
        account_id text collate "C" primary key references account,
        date date not null
      ) with (fillfactor = 60);
      grant select, insert, update on last_movement to ${RUNTIME};

      alter table signature_request drop constraint signature_request_state_check;
      alter table signature_request add constraint signature_request_state_check
        check (state in ('open', 'complete', 'refused', 'expired', 'withdrawn', 'cancelled'));
    `);
  }
}
