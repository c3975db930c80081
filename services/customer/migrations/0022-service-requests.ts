// What customers ask of the bank in words.
import { Migration } from '@mikro-orm/migrations';

const RUNTIME = 'customer_runtime';

export class ServiceRequests extends Migration {
  override up(): void {
    this.addSql(`
      create table service_request (
        id text collate "C" primary key,
        customer_id text collate "C" not null references customer,
        kind integer not null check (kind between 1 and 3),
        category integer not null,
        -- 1 open, 2 in progress, 3 waiting for the customer, 4 resolved
        state integer not null check (state between 1 and 4),
        rating integer not null check (rating between 0 and 5),
        -- Sealed under the customer's key, as the letter is.
        subject bytea not null,
        outcome bytea,
        author_id text collate "C" not null,
        assignee_id text collate "C" not null default '',
        create_time timestamptz not null,
        due_time timestamptz check ((due_time is not null) = (state in (1, 2))),
        -- The minutes of business that the bank still has, once the customer has said what it waits for.
        left_minutes integer check ((left_minutes is not null) = (state = 3)),
        escalate_time timestamptz,
        resolve_time timestamptz check ((resolve_time is not null) = (state = 4)),
        reopen_count integer not null default 0,
        message_count integer not null,
        version integer not null
      );
      create index service_request_customer on service_request (customer_id, id);
      create index service_request_due on service_request (due_time) where due_time is not null and escalate_time is null;

      create table service_request_message (
        service_request_id text collate "C" not null references service_request,
        message_number integer not null check (message_number > 0),
        customer_id text collate "C" not null references customer,
        from_bank boolean not null,
        author_id text collate "C" not null,
        text bytea not null,
        create_time timestamptz not null,
        primary key (service_request_id, message_number)
      );
      create index service_request_message_customer
        on service_request_message (customer_id, create_time, service_request_id, message_number);

      grant select, insert, update on service_request to ${RUNTIME};
      grant select, insert on service_request_message to ${RUNTIME};
    `);
  }
}
