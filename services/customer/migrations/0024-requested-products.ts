// What customers want of the bank, as requests.
import { Migration } from '@mikro-orm/migrations';

export class RequestedProducts extends Migration {
  override up(): void {
    this.addSql(`
      alter table service_request
        drop constraint service_request_kind_check,
        add constraint service_request_kind_check check (kind between 1 and 4),
        -- bank.customer.v1.RequestedProduct, in which nothing is personal.
        add column product jsonb,
        -- bank.customer.v1.RequestedProductState
        add column product_state integer not null default 0 check (product_state between 0 and 4),
        add column product_approval_number integer not null default 0,
        add column product_refusal_reason text not null default '',
        add column statement_copy_number integer not null default 0,
        add check ((kind = 4) = (product is not null)),
        add check ((product is null) = (product_state = 0));
    `);
  }
}
