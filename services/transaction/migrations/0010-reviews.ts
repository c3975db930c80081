// Orders that are held for review, and what compliance decided.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'transaction_runtime';

export class Reviews extends Migration {
  override up(): void {
    this.addSql(`
      alter table transaction
        drop constraint transaction_state_check,
        add constraint transaction_state_check
          check (state in ('pending', 'under_review', 'posted', 'refused', 'partially_reversed', 'reversed')),
        drop constraint transaction_check5,
        add constraint transaction_booked
          check ((state in ('pending', 'under_review', 'refused')) = (booking_date is null));

      create table review (
        transaction_id text collate "C" primary key references transaction,
        state text collate "C" not null check (state in ('open', 'released', 'refused', 'expired', 'unscored')),
        -- What the order looked like, as bank.security.v1.ScoringReason names it.
        reasons text[] not null,
        score integer not null,
        policy_version integer not null,
        -- The last business date on which it can be decided.
        expire_date date,
        -- Who ordered it, and the journal that books it: what a release needs.
        actor jsonb not null,
        journal jsonb,
        create_time timestamptz not null,
        decide_time timestamptz,
        -- The member of staff; empty when nobody decided.
        decider_id text collate "C" not null default '',
        check ((state = 'unscored') = (journal is null)),
        check ((state = 'unscored') = (expire_date is null)),
        check ((state in ('open', 'unscored')) = (decide_time is null))
      );
      create index review_by_state on review (state, transaction_id);

      -- Nothing is ever deleted, and of a review nothing changes but how it ended.
      grant select, insert on review to ${RUNTIME};
      grant update (state, decide_time, decider_id) on review to ${RUNTIME};
    `);
  }
}
