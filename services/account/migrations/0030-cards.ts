// Debit cards, as instruments of accounts.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'account_runtime';

export class Cards extends Migration {
  override up(): void {
    this.addSql(`
      create table card (
        id text collate "C" primary key,
        account_id text collate "C" not null references account,
        customer_id text collate "C" not null,
        -- The number: a keyed hash to find it by, and sealed under the key of who uses the card. In clear there is none.
        number_hash bytea not null unique,
        number bytea not null,
        last_four text collate "C" not null check (last_four ~ '^[0-9]{4}$'),
        expiry_date date not null,
        state text collate "C" not null check (state in ('issued', 'active', 'blocked', 'expired', 'replaced')),
        block_reason text collate "C"
          check (block_reason in ('customer_request', 'lost', 'stolen', 'fraud_suspicion', 'bank_decision')),
        activated boolean not null,
        -- Minor units of the account's currency.
        limits jsonb not null,
        replaces_id text collate "C" unique references card,
        version integer not null,
        create_time timestamptz not null,
        check ((state = 'blocked') = (block_reason is not null))
      );
      create index card_of_account on card (account_id, id);
      create index card_expiring on card (expiry_date, id) where state in ('issued', 'active', 'blocked');

      -- Nothing is ever deleted, and of a card nothing changes but where it is in its life and what it may be used for.
      grant select, insert on card to ${RUNTIME};
      grant update (state, block_reason, activated, limits, version) on card to ${RUNTIME};
    `);
  }
}
