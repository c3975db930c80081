// Cheques as transactions, and cheques of other banks that are in clearing.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'transaction_runtime';

export class Cheques extends Migration {
  override up(): void {
    this.addSql(`
      alter table transaction
        drop constraint transaction_type_check,
        add constraint transaction_type_check check (
          type in (
            'cash_deposit', 'cash_withdrawal', 'transfer', 'outgoing_transfer', 'incoming_transfer', 'reversal', 'migration',
            'cheque_payment', 'cheque_deposit'
          )
        );

      create table cheque_deposit (
        id text collate "C" primary key,
        creditor_account_id text collate "C" not null,
        -- The party whose key seals what is personal.
        party_id text collate "C" not null,
        currency text collate "C" not null,
        -- Minor units, as all amounts here.
        amount bigint not null check (amount > 0),
        number integer not null check (number > 0),
        -- The account that it is drawn on, as a keyed hash; and sealed.
        drawer_hash bytea not null,
        particulars bytea not null,
        cheque_date date not null,
        clear_date date not null,
        hold_id text collate "C" not null unique,
        -- 'pending' while it is on its way: into clearing, or out of it.
        state text collate "C" not null check (state in ('pending', 'in_clearing', 'cleared', 'returned', 'refused')),
        iso_reason text collate "C" not null default '',
        transaction_id text collate "C",
        create_time timestamptz not null
      );
      create unique index cheque_deposit_once on cheque_deposit (drawer_hash, number)
        where state in ('pending', 'in_clearing', 'cleared');
      create index cheque_deposit_of_account on cheque_deposit (creditor_account_id, id);

      grant select, insert on cheque_deposit to ${RUNTIME};
      grant update (state, iso_reason, transaction_id) on cheque_deposit to ${RUNTIME};
    `);
  }
}
