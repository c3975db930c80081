// The statements about what customers may do.
import { type RawBuilder, sql } from 'kysely';
import { sqlArray } from '#chassis/sql-array.ts';

/** What a customer may do, as it was told. */
export interface CustomerStandingRow {
  readonly customerId: string;
  readonly restricted: boolean;
  readonly version: number;
}

/** Writes what was told of a customer last. */
export function saveStanding({ customerId, restricted, version }: CustomerStandingRow): RawBuilder<unknown> {
  return sql`
    insert into customer_standing as s (customer_id, restricted, version)
    values (${customerId}, ${restricted}, ${version})
    on conflict (customer_id) do update set restricted = excluded.restricted, version = excluded.version
    where s.version < excluded.version
  `;
}

/** Those of the customers who are restricted. */
export function selectRestricted(customerIds: readonly string[]): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`
    select customer_id as id from customer_standing
    where restricted and customer_id = any(${sqlArray([...new Set(customerIds)])}::text[])
  `;
}

/** In a query of accounts `a`: whether an owner of theirs is restricted. */
export const ownerRestricted = sql`exists (
  select from holder h join customer_standing s using (customer_id)
  where h.account_id = a.id and h.role = 'owner' and s.restricted
)`;
