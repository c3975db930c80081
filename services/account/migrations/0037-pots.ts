// Pots: parts of accounts that their holders put aside.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'account_runtime';

export class Pots extends Migration {
  override up(): void {
    this.addSql(`
      create table pot (
        id text collate "C" primary key,
        account_id text collate "C" not null references account,
        -- Sealed under the key of the account's first owner.
        name bytea not null,
        state text not null default 'open' check (state in ('open', 'closed')),
        -- Minor units.
        goal_amount bigint check (goal_amount > 0),
        goal_date date,
        open_date date not null,
        close_date date,
        create_time timestamptz not null,
        check ((state = 'closed') = (close_date is not null))
      );
      create index pot_of_account on pot (account_id, id);
      grant select, insert on pot to ${RUNTIME};
      grant update (name, state, goal_amount, goal_date, close_date) on pot to ${RUNTIME};
    `);
  }
}
