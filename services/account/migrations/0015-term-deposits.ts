// Deposits that are bound for a term: when each matures, and what shall become of it then.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'account_runtime';

export class TermDeposits extends Migration {
  override up(): void {
    this.addSql(`
      alter table product drop constraint product_type_check;
      alter table product add constraint product_type_check check (type in ('current', 'savings', 'term_deposit'));

      alter table account
        add column maturity_date date,
        add column maturity_instruction text check (maturity_instruction in ('pay_out', 'renew')),
        -- The account that it is paid out to.
        add column payout_account_id text collate "C",
        add constraint account_matures check (
          (maturity_date is null) = (maturity_instruction is null)
          and (maturity_date is null) = (payout_account_id is null)
        );
      create index account_by_maturity on account (maturity_date, id) where maturity_date is not null;
      grant update (maturity_instruction, payout_account_id) on account to ${RUNTIME};

      -- What of the interest an early withdrawal has cost.
      alter table interest_posting add column penalty numeric(38, 10) not null default 0 check (penalty between 0 and gross);
    `);
  }
}
