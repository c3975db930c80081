// What became of customers' wishes to be forgotten.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'customer_runtime';

export class ErasureRequests extends Migration {
  override up(): void {
    this.addSql(`
      create table erasure_request (
        customer_id text collate "C" not null references customer,
        request_number integer not null check (request_number > 0),
        state integer not null check (state between 1 and 3),
        rejection integer not null default 0 check ((rejection > 0) = (state = 3)),
        author_id text collate "C" not null,
        create_time timestamptz not null,
        end_time timestamptz check ((end_time is null) = (state = 1)),
        primary key (customer_id, request_number)
      );
      create unique index erasure_request_open on erasure_request (customer_id) where state = 1;
      create index erasure_request_listed on erasure_request (create_time, customer_id, request_number);

      grant select, insert on erasure_request to ${RUNTIME};
      grant update (state, rejection, end_time) on erasure_request to ${RUNTIME};
    `);
  }
}
