// What customers ask each other to pay.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'transaction_runtime';

export class PaymentRequests extends Migration {
  override up(): void {
    this.addSql(`
      create table payment_request (
        id text collate "C" primary key,
        state text collate "C" not null default 'open' check (state in ('open', 'declined', 'cancelled', 'expired')),
        -- Who asked, under whose key the text is sealed.
        party_id text collate "C" not null,
        creditor_account_id text collate "C" not null,
        debtor_account_id text collate "C" not null,
        currency text collate "C" not null,
        -- Minor units, as all amounts here.
        amount bigint not null check (amount > 0),
        particulars bytea,
        expire_date date not null,
        -- The transfer that pays it, or was the last to try: whether it is paid is said by that one's state.
        transaction_id text collate "C",
        create_time timestamptz not null
      );
      create index payment_request_creditor on payment_request (creditor_account_id, id);
      create index payment_request_debtor on payment_request (debtor_account_id, id);
      create index payment_request_due on payment_request (expire_date) where state = 'open';
      grant select, insert on payment_request to ${RUNTIME};
      grant update (state, transaction_id) on payment_request to ${RUNTIME};
    `);
  }
}
