// Which branch looks after a customer. The customer service owns it; security calls nobody, and knows it by the events.
import { type RawBuilder, sql } from 'kysely';
import type { CommandTx } from '#chassis/command.ts';
import { sqlArray } from '#chassis/sql-array.ts';
import { on, type Subscription } from '#chassis/subscription.ts';
import {
  type CustomerRegistered,
  CustomerRegisteredSchema,
  type CustomerUpdated,
  CustomerUpdatedSchema,
} from '#gen/bank/customer/v1/customer_events_pb.ts';

/** Which branch looks after a customer, and the version of their record that says so. */
export interface CustomerBranch {
  readonly customerId: string;
  readonly branchId: string;
  readonly version: number;
}

/** What the customer service says of branches, remembered. */
export const customerBranches: Subscription = {
  producer: 'customer',
  handlers: [
    on(CustomerRegisteredSchema, async (tx, event) => remember(tx, event)),
    on(CustomerUpdatedSchema, async (tx, event) => remember(tx, event)),
  ],
};

function remember(tx: Pick<CommandTx, 'write'>, event: CustomerRegistered | CustomerUpdated): void {
  const { customerId, branchId, version } = event;
  tx.write(putBranches, { customerId, branchId, version });
}

/** Writes branches, each unless a later version was written. */
export function putBranches(all: readonly CustomerBranch[]): RawBuilder<unknown> {
  return sql`
    insert into customer_branch (customer_id, branch_id, version)
    select distinct on (customer_id) customer_id, branch_id, version from unnest(
      ${sqlArray(all.map(({ customerId }) => customerId))}::text[],
      ${sqlArray(all.map(({ branchId }) => branchId))}::text[],
      ${sqlArray(all.map(({ version }) => version))}::integer[]
    ) as b (customer_id, branch_id, version)
    order by customer_id, version desc
    on conflict (customer_id) do update set branch_id = excluded.branch_id, version = excluded.version
    where customer_branch.version < excluded.version
  `;
}

/** The branches of those of these customers that are known. */
export function selectBranches(customerIds: readonly string[]): RawBuilder<Omit<CustomerBranch, 'version'>> {
  return sql<Omit<CustomerBranch, 'version'>>`
    select customer_id as "customerId", branch_id as "branchId" from customer_branch where customer_id = any(${customerIds})
  `;
}
