// What is gathered, what providers say of what they took, and news of products with the consent to them.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'notification_runtime';

export class DigestsAndReceipts extends Migration {
  override up(): void {
    this.addSql(deliveries());
    this.addSql(news());
    this.addSql(lowBalances());
    this.addSql(rights());
  }
}

function deliveries(): string {
  return `
    alter table delivery drop constraint delivery_state_check;
    alter table delivery
      add constraint delivery_state_check check (
        state in ('waiting', 'retrying', 'gathered', 'sent', 'dead', 'delivered', 'bounced', 'failed')
      ),
      -- By which a provider knows it: nothing of the customer's.
      add column key text collate "C" not null default replace(gen_random_uuid()::text, '-', ''),
      -- It is gathered: next_time is when all that waits then goes in one message, with the first of it.
      add column digest boolean not null default false,
      -- The delivery, of the same customer and way, with which a gathered one goes.
      add column lead_number integer,
      add column receipt_time timestamptz,
      add column consent_time timestamptz,
      add check ((state = 'gathered') = (lead_number is not null));
    create unique index delivery_key on delivery (key);
    create index delivery_dead on delivery (create_time, party_id, number, channel)
      where state in ('dead', 'bounced', 'failed');
    create index delivery_lead on delivery (party_id, channel, lead_number) where lead_number is not null;

    alter table preference
      add column digest_time text not null default '08:00',
      add column digest_weekday integer not null default 1 check (digest_weekday between 1 and 7),
      -- Whether news of products are wanted anywhere.
      add column wants_news boolean not null default false;
    create index preference_news on preference (party_id) where wants_news;
  `;
}

function news(): string {
  return `
    alter table notice drop constraint notice_topic_check;
    alter table notice add constraint notice_topic_check
      check (topic in ('money_in', 'money_out', 'orders', 'security', 'product_news', 'low_balance', 'approvals'));

    -- When a customer gave, or withdrew, the consent to news of products by a way: what was so at a time can be proved.
    create table consent (
      party_id text collate "C" not null,
      place text not null check (place in ('inbox', 'email', 'sms', 'push')),
      -- Of the preferences that it made.
      version integer not null,
      given boolean not null,
      change_time timestamptz not null,
      primary key (party_id, place, version)
    );

    create table product_news (
      id text collate "C" primary key,
      -- Language: headline and text.
      texts jsonb not null,
      author_id text collate "C" not null,
      approver_id text collate "C" not null,
      create_time timestamptz not null,
      published boolean not null default false,
      -- The last customer whose turn it was, in the order of their ids.
      reached_party_id text collate "C" not null default '',
      told_count integer not null default 0
    );
    create index product_news_due on product_news (id) where not published;
  `;
}

function lowBalances(): string {
  return `
    -- Below which balances a customer wants to be told that an account is low.
    create table low_balance (
      party_id text collate "C" not null,
      account_id text collate "C" not null,
      currency_code text not null,
      below_minor bigint not null,
      primary key (party_id, account_id, currency_code)
    );
    create index low_balance_account on low_balance (account_id);
  `;
}

function rights(): string {
  return `
    grant select, insert, update, delete on low_balance to ${RUNTIME};
    grant select, insert on consent, product_news to ${RUNTIME};
    grant update (published, reached_party_id, told_count) on product_news to ${RUNTIME};
    grant update (key, lead_number, receipt_time, consent_time) on delivery to ${RUNTIME};
  `;
}
