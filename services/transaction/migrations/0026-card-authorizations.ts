// What is asked of the bank by cards.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'transaction_runtime';

export class CardAuthorizations extends Migration {
  override up(): void {
    this.addSql(`
      alter table transaction
        drop constraint transaction_type_check,
        add constraint transaction_type_check check (
          type in (
            'cash_deposit', 'cash_withdrawal', 'transfer', 'outgoing_transfer', 'incoming_transfer', 'reversal', 'migration',
            'cheque_payment', 'cheque_deposit', 'card_payment'
          )
        );
    `);
    this.addSql(`
      create table card_authorization (
        id text collate "C" primary key,
        -- By what its message is told from all others: acquirer, trace number, time of transmission.
        message_key text collate "C" not null unique,
        -- Empty where the bank has no such card, or where only a reversal came.
        card_id text collate "C" not null,
        account_id text collate "C" not null,
        -- The party whose key seals what is personal.
        party_id text collate "C" not null,
        use text collate "C" check (use in ('withdrawal', 'purchase', 'online')),
        currency text collate "C" not null,
        -- Minor units, as all amounts here: what was asked for; what is held, or was booked.
        requested bigint not null,
        amount bigint not null,
        state text collate "C" not null check (state in ('pending', 'approved', 'declined', 'reversed', 'cleared')),
        response_code text collate "C" not null,
        advice boolean not null,
        retrieval_reference text collate "C" not null,
        -- The hold at the ledger that keeps the amount now; another one after each reversal in part.
        hold_id text collate "C" not null,
        -- Set while a clearing or a reversal of it is on its way.
        busy boolean not null default false,
        transaction_id text collate "C" not null default '',
        -- The business day whose limits it counts against.
        date date not null,
        -- Sealed: who is paid.
        particulars bytea,
        version integer not null,
        create_time timestamptz not null,
        expire_time timestamptz not null
      );
      create index card_authorization_of_account on card_authorization (account_id, id);
      create index card_authorization_of_day on card_authorization (card_id, date);
      create index card_authorization_by_reference on card_authorization (card_id, retrieval_reference);

      grant select, insert on card_authorization to ${RUNTIME};
      grant update (amount, state, response_code, hold_id, busy, transaction_id, version) on card_authorization to ${RUNTIME};
    `);
  }
}
