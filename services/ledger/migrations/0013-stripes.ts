// Stripes of accounts: rows of ledger_account with the id of their account, one for each lane.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'ledger_runtime';

export class Stripes extends Migration {
  override up(): void {
    this.addSql(`
      alter table ledger_account
        add column striped boolean not null default false,
        -- 0 is the account itself, which has the terms; the others are its stripes, by the numbers of their lanes.
        add column stripe bigint not null default 0 check (stripe >= 0),
        drop constraint ledger_account_id_key,
        add constraint ledger_account_id_stripe_key unique (id, stripe),
        drop constraint ledger_account_check1,
        -- Of a striped account it is the sum that is zero: see terms_of_stripes().
        add constraint ledger_account_closed_at_zero check (state <> 'closed' or balance = 0 or striped),
        add constraint ledger_account_stripe check (stripe = 0 or striped),
        add constraint ledger_account_striped check (not striped or (account_id is null and floor is null and ceiling is null
          and state <> 'migrating' and held = 0 and pending_in = 0 and (stripe > 0 or version = 0)));

      -- A stripe is as its account is, whoever makes it. Who makes one waits for who changes the account.
      create function open_stripe() returns trigger language plpgsql set search_path = public as $$
      declare
        account ledger_account;
      begin
        select * into account from ledger_account where id = new.id and striped and stripe = 0 for share;
        if not found then
          raise exception 'a stripe is one of a striped account' using errcode = 'integrity_constraint_violation';
        end if;
        new.striped := true;
        new.account_id := null;
        new.floor := null;
        new.ceiling := null;
        new.currency := account.currency;
        new.normal_side := account.normal_side;
        new.general_ledger_code := account.general_ledger_code;
        new.state := account.state;
        new.decrease_frozen := account.decrease_frozen;
        new.increase_frozen := account.increase_frozen;
        return new;
      end $$;

      create trigger open_stripe before insert on ledger_account for each row when (new.stripe <> 0)
        execute function open_stripe();

      -- What changes of the account changes of its stripes with it: a lane that has locked its own has locked the terms.
      create function terms_of_stripes() returns trigger language plpgsql set search_path = public as $$
      begin
        perform from ledger_account where id = new.id and stripe > 0 order by no for no key update;
        if new.state = 'closed' and (select sum(balance) from ledger_account where id = new.id) <> 0 then
          raise exception 'an account closes only at zero' using errcode = 'integrity_constraint_violation';
        end if;
        update ledger_account
        set state = new.state, decrease_frozen = new.decrease_frozen, increase_frozen = new.increase_frozen
        where id = new.id and stripe > 0
          and (state, decrease_frozen, increase_frozen) <> (new.state, new.decrease_frozen, new.increase_frozen);
        return null;
      end $$;

      create trigger terms_of_stripes after update of state, decrease_frozen, increase_frozen on ledger_account
        for each row when (new.striped and new.stripe = 0) execute function terms_of_stripes();

      create function guard_stripe() returns trigger language plpgsql set search_path = public as $$
      begin
        if not exists (
          select from ledger_account a where a.id = new.id and a.stripe = 0
            and (a.state, a.decrease_frozen, a.increase_frozen) = (new.state, new.decrease_frozen, new.increase_frozen)
        ) then
          raise exception 'a stripe is as its account is' using errcode = 'integrity_constraint_violation';
        end if;
        return new;
      end $$;

      create trigger guard_stripe before update of state, decrease_frozen, increase_frozen on ledger_account
        for each row when (new.stripe > 0) execute function guard_stripe();

      grant insert (striped, stripe) on ledger_account to ${RUNTIME};
    `);
  }
}
