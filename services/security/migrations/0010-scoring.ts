// What orders are judged by: what is known of accounts, payees and devices, counted from events; and the policy.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'security_runtime';

export class Scoring extends Migration {
  override up(): void {
    this.addSql(`
      -- What was paid from an account since its beginning. Amounts are minor units of its one currency.
      create table account_usage (
        account_id text collate "C" primary key,
        transfers bigint not null,
        total numeric(38, 0) not null,
        night_transfers bigint not null,
        -- The last transfer or withdrawal.
        last_time timestamptz not null
      ) with (fillfactor = 70);

      -- The same transfers by the hour, as long as anybody asks: two days.
      create table account_hour (
        account_id text collate "C",
        hour timestamptz,
        transfers bigint not null,
        total numeric(38, 0) not null,
        primary key (account_id, hour)
      ) with (fillfactor = 70);
      create index account_hour_old on account_hour using brin (hour);

      -- Whom somebody has paid: the payer is a customer, or an account.
      create table payee (
        payer_id text collate "C",
        account_id text collate "C",
        primary key (payer_id, account_id)
      );

      -- With what a customer logged in: a keyed hash of the user agent, and when first.
      create table device (
        customer_id text collate "C",
        hash bytea,
        first_time timestamptz not null,
        primary key (customer_id, hash)
      );

      -- Every policy there was. The one of the highest version is in force; without any, the one in the code.
      create table scoring_policy (
        version integer primary key check (version > 0),
        -- bank.security.v1.ScoringPolicy, as JSON.
        policy jsonb not null,
        author_id text collate "C" not null,
        create_time timestamptz not null
      );

      grant select, insert, update, delete on account_hour to ${RUNTIME};
      grant select, insert, update on account_usage to ${RUNTIME};
      grant select, insert on payee, device, scoring_policy to ${RUNTIME};
    `);
  }
}
