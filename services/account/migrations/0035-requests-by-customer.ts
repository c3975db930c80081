// What somebody has asked for, so that it is counted.
import { Migration } from '@mikro-orm/migrations';

export class RequestsByCustomer extends Migration {
  override up(): void {
    this.addSql('create index requested_product_of_customer on requested_product (customer_id, service_request_id)');
  }
}
