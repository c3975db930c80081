// Orders that wait until enough have signed them.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'transaction_runtime';

export class SignedOrders extends Migration {
  override up(): void {
    this.addSql(`
      alter table transaction
        drop constraint transaction_state_check,
        add constraint transaction_state_check check (
          state in (
            'pending', 'awaiting_signatures', 'under_review', 'posted', 'refused', 'partially_reversed', 'reversed'
          )
        ),
        drop constraint transaction_booked,
        add constraint transaction_booked check (
          (state in ('pending', 'awaiting_signatures', 'under_review', 'refused')) = (booking_date is null)
        );

      create table awaited_signature (
        transaction_id text collate "C" primary key references transaction,
        -- Who ordered it, the journal that books it, and the review that it goes to first, if any.
        actor jsonb not null,
        journal jsonb not null,
        review jsonb,
        -- What account has said: null nothing yet, empty that it is signed, else why it is not.
        decision text collate "C",
        -- Whether the order has gone on, or ended.
        done boolean not null default false,
        check (decision is not null or not done)
      );
      create index awaited_signature_due on awaited_signature (transaction_id) where decision is not null and not done;

      grant select, insert on awaited_signature to ${RUNTIME};
      grant update (decision, done) on awaited_signature to ${RUNTIME};
    `);
  }
}
