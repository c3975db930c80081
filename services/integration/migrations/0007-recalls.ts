// Payments that are asked back (camt.056) and what is answered (camt.029), and by which identification money came back.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'integration_runtime';

export class Recalls extends Migration {
  override up(): void {
    this.addSql(`
      alter table outbound_payment
        -- Of a recall: the payment that it asks back, which the scheme has to have first.
        add column original_id text collate "C" references outbound_payment,
        -- By which what came back is one return. Null too for what came back before this was kept.
        add column return_identification text collate "C",
        drop constraint outbound_payment_message_name_check,
        add constraint outbound_payment_message_name_check
          check (message_name in ('pacs.008.001.09', 'pacs.004.001.10', 'camt.056.001.10')),
        drop constraint outbound_payment_state_check,
        -- 'withdrawn': recalled before it was ever sent. Of a recall, 'settled' is accepted and 'failed' is refused.
        add constraint outbound_payment_state_check
          check (state in ('queued', 'sent', 'settled', 'failed', 'returned', 'withdrawn')),
        add constraint outbound_payment_original check ((message_name = 'camt.056.001.10') = (original_id is not null));
      create index outbound_payment_recall on outbound_payment (original_id) where original_id is not null;
      create index outbound_payment_recall_untold on outbound_payment (id)
        where message_name = 'camt.056.001.10' and told_state is distinct from state and conflict is null;
      grant update (return_identification) on outbound_payment to ${RUNTIME};

      -- A payment that another bank asks back, until that bank has the answer.
      create table inbound_recall (
        -- Follows from who asks, their identification of it, and the payment.
        id text collate "C" primary key,
        assignment_identification text collate "C" not null,
        cancellation_identification text collate "C" not null,
        original_message_identification text collate "C" not null,
        original_transaction_identification text collate "C" not null,
        -- The payment, by the id that one of this bank and identification has; whether it is here is looked at then.
        inbound_payment_id text collate "C" not null,
        -- The bank that asks: who is answered.
        agent text collate "C" not null,
        iso_reason text collate "C" not null,
        -- 'asked': transaction has it, and will say.
        state text collate "C" not null default 'received' check (state in ('received', 'asked', 'accepted', 'refused')),
        answer_reason text collate "C" not null default '',
        -- Whether the scheme has the answer. One that comes again is answered again.
        answered boolean not null default false,
        attempts integer not null default 0,
        next_time timestamptz not null default now(),
        create_time timestamptz not null default now()
      );
      create index inbound_recall_due on inbound_recall (next_time) where not answered and state <> 'asked';
      grant select, insert on inbound_recall to ${RUNTIME};
      grant update (state, answer_reason, answered, attempts, next_time) on inbound_recall to ${RUNTIME};
    `);
  }
}
