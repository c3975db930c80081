// The statements about trusted payees, and what exempts an order from a step-up.
import { type RawBuilder, sql } from 'kysely';
import { sqlArray } from '#chassis/sql-array.ts';

/** A payee whom a customer trusts. */
export interface TrustedPayeeRow {
  readonly id: string;
  readonly accountId: string;
  /** Milliseconds since the epoch. */
  readonly createMs: number;
}

/** Whom a customer trusts, the newest last. */
export function selectTrustedPayees(customerId: string): RawBuilder<TrustedPayeeRow> {
  return sql<TrustedPayeeRow>`
    select id, account_id as "accountId", (extract(epoch from create_time) * 1000)::float8 as "createMs"
    from trusted_payee where customer_id = ${customerId} order by create_time, id
  `;
}

/** Locks whom a customer trusts until the transaction ends, so that changes follow each other. */
export function lockTrustedPayees(customerId: string): RawBuilder<unknown> {
  return sql`select pg_advisory_xact_lock(hashtextextended(${`trusted_payee ${customerId}`}, 0))`;
}

/** Keeps that a customer trusts a payee. */
export function insertTrustedPayee(customerId: string, payee: TrustedPayeeRow): RawBuilder<unknown> {
  const { id, accountId, createMs } = payee;
  return sql`
    insert into trusted_payee (id, customer_id, account_id, create_time)
    values (${id}, ${customerId}, ${accountId}, ${new Date(createMs)})
  `;
}

/** Forgets that a customer trusts a payee. */
export function deleteTrustedPayee(id: string): RawBuilder<unknown> {
  return sql`delete from trusted_payee where id = ${id}`;
}

/** An order, as far as it may be exempt. */
export interface AskedExemption {
  readonly customerId: string;
  readonly debtorAccountId: string;
  readonly creditorAccountId: string;
}

/** What may exempt an order: bigint as text; how far its account had come at its last step-up. Null: there was none. */
export interface ExemptingRow {
  readonly isTrusted: boolean;
  readonly markTransfers: string | null;
  readonly markTotal: string | null;
}

/** What may exempt orders, one row each, in their order. */
export function selectExempting(orders: readonly AskedExemption[]): RawBuilder<ExemptingRow> {
  return sql<ExemptingRow>`
    select exists (
        select from trusted_payee t where t.customer_id = o.customer and t.account_id = o.creditor
      ) as "isTrusted", m.transfers::text as "markTransfers", m.total::text as "markTotal"
    from unnest(
      ${sqlArray(orders.map(({ customerId }) => customerId))}::text[],
      ${sqlArray(orders.map(({ debtorAccountId }) => debtorAccountId))}::text[],
      ${sqlArray(orders.map(({ creditorAccountId }) => creditorAccountId))}::text[]
    ) with ordinality as o (customer, debtor, creditor, no)
    left join step_up_mark m on m.account_id = o.debtor
    order by o.no
  `;
}
