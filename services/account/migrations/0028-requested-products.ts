// What customers want on their accounts, as the customer service tells of it, and the copies of statements that were made for them.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'account_runtime';

export class RequestedProducts extends Migration {
  override up(): void {
    this.addSql(`
      create table requested_product (
        service_request_id text collate "C" not null,
        -- How often it was approved: one that was refused may be again.
        approval_number integer not null,
        customer_id text collate "C" not null,
        -- bank.customer.v1.RequestedProduct
        product jsonb not null,
        -- 'done': made or refused, which customer has still to be told.
        state text not null default 'planned' check (state in ('planned', 'done', 'told')),
        refusal_reason text not null default '',
        copy_number integer not null default 0,
        primary key (service_request_id, approval_number)
      );
      create index requested_product_open on requested_product (service_request_id) where state <> 'told';

      create table statement_copy (
        account_id text collate "C" not null references account,
        number integer not null check (number > 0),
        service_request_id text collate "C" not null unique,
        from_date date not null,
        to_date date not null check (from_date <= to_date),
        -- SHA-256 of the document before it was sealed.
        digest bytea not null check (length(digest) = 32),
        object_key text not null,
        create_time timestamptz not null default clock_timestamp(),
        primary key (account_id, number)
      );
      grant select, insert on requested_product, statement_copy to ${RUNTIME};
      grant update (state, refusal_reason, copy_number) on requested_product to ${RUNTIME};
    `);
  }
}
