// The statements that were made by cycle. What is in them is in the object store, sealed; a row says which one it is.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'account_runtime';

export class Statements extends Migration {
  override up(): void {
    this.addSql(`
      create table statement (
        account_id text collate "C" not null references account,
        number integer not null check (number > 0),
        frequency text not null check (frequency in ('monthly', 'weekly', 'per_transaction')),
        from_date date not null,
        to_date date not null check (from_date <= to_date),
        currency text collate "C" not null,
        -- Minor units.
        opening_balance bigint not null,
        closing_balance bigint not null,
        credit_total bigint not null check (credit_total >= 0),
        debit_total bigint not null check (debit_total >= 0),
        line_count integer not null check (line_count >= 0),
        -- The last line of the account that was known: what comes later is of a later statement, whenever it is booked.
        known_line_number integer not null check (known_line_number >= line_count),
        -- SHA-256 of the document before it was sealed.
        digest bytea not null check (length(digest) = 32),
        object_key text not null,
        create_time timestamptz not null,
        primary key (account_id, number),
        check (opening_balance + credit_total - debit_total = closing_balance)
      );

      -- Each goes on where the one before ended: in its number, its days, its balance and the lines that were known.
      create function chain_statements() returns trigger language plpgsql set search_path = pg_catalog as $$
      begin
        perform from made m left join public.statement b on b.account_id = m.account_id and b.number = m.number - 1
          where case when m.number = 1 then false else b.number is null or m.from_date <> b.to_date + 1
            or m.opening_balance <> b.closing_balance or m.known_line_number < b.known_line_number + m.line_count end;
        if found then raise exception 'a statement does not go on where the one before ended'; end if;
        return null;
      end $$;
      create trigger chain_statements after insert on statement referencing new table as made
        for each statement execute function chain_statements();

      grant select, insert on statement to ${RUNTIME};
    `);
  }
}
