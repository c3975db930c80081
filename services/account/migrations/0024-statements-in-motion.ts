// The law that statements go on from each other, once more: a line that was known to the one before need not be on it. The bank stays open
// while a day closes, so what is booked on the day that opened meanwhile is known when the statement is made, and a line of the next.
import { Migration } from '@mikro-orm/migrations';

export class StatementsInMotion extends Migration {
  override up(): void {
    this.addSql(`
      create or replace function chain_statements() returns trigger language plpgsql set search_path = pg_catalog as $$
      begin
        perform from made m left join public.statement b on b.account_id = m.account_id and b.number = m.number - 1
          where case when m.number = 1 then false else b.number is null or m.from_date <> b.to_date + 1
            or m.opening_balance <> b.closing_balance or m.known_line_number < b.known_line_number end;
        if found then raise exception 'a statement does not go on where the one before ended'; end if;
        return null;
      end $$;
    `);
  }
}
