// Cheque books with their leaves, stops of cheques, and what issuers have told of those that they wrote.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'account_runtime';

export class Cheques extends Migration {
  override up(): void {
    this.addSql(`
      create table cheque_book (
        id text collate "C" primary key,
        account_id text collate "C" not null,
        first_number integer not null check (first_number > 0),
        last_number integer not null,
        issue_date date not null,
        create_time timestamptz not null,
        check (last_number >= first_number),
        unique (account_id, first_number)
      );

      -- A leaf. Amounts are minor units.
      create table cheque (
        account_id text collate "C" not null,
        number integer not null,
        book_id text collate "C" not null references cheque_book,
        -- By which it is paid, or is being paid.
        transaction_id text collate "C" unique,
        amount bigint check (amount > 0),
        pay_date date,
        -- What its issuer has told of it; the payee as a keyed hash.
        issued_amount bigint check (issued_amount > 0),
        payee_hash bytea,
        primary key (account_id, number),
        check ((transaction_id is null) = (amount is null) and (amount is null) = (pay_date is null))
      );
      create index cheque_issued on cheque (account_id) where issued_amount is not null;

      create table cheque_stop (
        id text collate "C" primary key,
        account_id text collate "C" not null,
        -- Null: whatever their number; whatever their amount.
        first_number integer,
        last_number integer,
        amount bigint check (amount > 0),
        expire_date date not null,
        fee bigint not null check (fee >= 0),
        is_lifted boolean not null default false,
        create_time timestamptz not null,
        check ((first_number is null) = (last_number is null) and last_number >= first_number),
        check (first_number is not null or amount is not null)
      );
      create index cheque_stop_of_account on cheque_stop (account_id, id);

      -- A cheque that is not as its issuer has told. Null: they have not said what becomes of it.
      create table cheque_exception (
        id text collate "C" primary key,
        account_id text collate "C" not null,
        number integer not null,
        amount bigint not null check (amount > 0),
        issued_amount bigint,
        decide_by_date date not null,
        decision text collate "C" check (decision in ('pay', 'return')),
        create_time timestamptz not null,
        unique (account_id, number, amount)
      );
      create index cheque_exception_of_account on cheque_exception (account_id, id);
      grant select, insert on cheque_exception to ${RUNTIME};
      grant update (decision) on cheque_exception to ${RUNTIME};

      grant select, insert on cheque_book, cheque, cheque_stop to ${RUNTIME};
      grant update (transaction_id, amount, pay_date, issued_amount, payee_hash) on cheque to ${RUNTIME};
      grant update (fee, is_lifted) on cheque_stop to ${RUNTIME};
    `);
  }
}
