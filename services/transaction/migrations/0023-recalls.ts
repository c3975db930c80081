// Payments that are asked back: by the bank from others, and by others from it.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'transaction_runtime';

export class Recalls extends Migration {
  override up(): void {
    this.addSql(`
      alter table payment_order
        -- Null: it is not asked back.
        add column recall_state text collate "C" check (recall_state in ('requested', 'accepted', 'refused')),
        add column recall_reason text collate "C" not null default '',
        add column recall_answer_reason text collate "C" not null default '',
        add column recall_time timestamptz,
        -- Whether integration has the recall.
        add column recall_handed_over boolean not null default false,
        drop constraint payment_order_report_state_check,
        add constraint payment_order_report_state_check check (report_state in ('failed', 'returned', 'cancelled'));
      create index payment_order_recalled on payment_order (id) where recall_state = 'requested' and not recall_handed_over;
      grant update (recall_state, recall_reason, recall_answer_reason, recall_time, recall_handed_over) on payment_order
        to ${RUNTIME};
    `);
    this.addSql(received());
  }
}

function received(): string {
  return `
    create table received_recall (
      id text collate "C" primary key,
      -- By which integration knows it: it is kept once.
      external_reference text collate "C" not null unique,
      -- Where the money is: what put it on an account, or its item in suspense.
      transaction_id text collate "C" references transaction,
      suspense_item_id text collate "C" references suspense_item,
      account_id text collate "C",
      currency text collate "C" not null,
      amount bigint not null check (amount > 0),
      iso_reason text collate "C" not null,
      -- 'answering' while the money is booked out.
      state text collate "C" not null default 'open'
        check (state in ('open', 'answering', 'accepted', 'refused', 'expired')),
      answer_reason text collate "C" not null default '',
      expire_date date not null,
      -- The business date on which the money was booked out of the account.
      return_date date,
      -- Whether integration has the answer.
      handed_over boolean not null default false,
      create_time timestamptz not null default clock_timestamp(),
      check ((transaction_id is null) = (suspense_item_id is not null)),
      check ((transaction_id is null) = (account_id is null))
    );
    create index received_recall_of_account on received_recall (account_id, id);
    create index received_recall_open on received_recall (expire_date, id) where state = 'open';
    create index received_recall_of_item on received_recall (id) where state = 'open' and suspense_item_id is not null;
    create index received_recall_answered on received_recall (id)
      where state in ('accepted', 'refused', 'expired') and not handed_over;

    grant select, insert on received_recall to ${RUNTIME};
    grant update (state, answer_reason, return_date, handed_over) on received_recall to ${RUNTIME};
  `;
}
