// The statements about payees, and about what was asked of whose their accounts are.
import { type RawBuilder, sql } from 'kysely';
import { sqlArray } from '#chassis/sql-array.ts';
import type { NameMatchWord } from './domain/payees.ts';

/** What was asked about an account, and answered. */
export interface ConfirmationRow {
  readonly id: string;
  readonly customerId: string;
  /** Empty where the bank has no such account. */
  readonly creditorAccountId: string;
  readonly nameMatch: NameMatchWord;
  readonly particulars: Buffer;
  /** Milliseconds since the epoch. */
  readonly createMs: number;
}

const CONFIRMATION = sql`
  c.id, c.customer_id as "customerId", c.creditor_account_id as "creditorAccountId", c.name_match as "nameMatch", c.particulars,
  floor(extract(epoch from c.create_time) * 1000)::float8 as "createMs"
`;

/** Locks what a customer asks and notes until the transaction ends, so that one follows the other. */
export function lockPayees(customerId: string): RawBuilder<unknown> {
  return sql`select pg_advisory_xact_lock(hashtextextended(${`payee ${customerId}`}, 0))`;
}

/** When a customer asked, if it was after an instant, the first time first. */
export function selectAskedSince(customerId: string, sinceMs: number): RawBuilder<{ createMs: number }> {
  return sql<{ createMs: number }>`
    select floor(extract(epoch from create_time) * 1000)::float8 as "createMs" from payee_confirmation
    where customer_id = ${customerId} and create_time > ${new Date(sinceMs)} order by create_time
  `;
}

/** Keeps what was asked and answered. */
export function insertConfirmation(row: ConfirmationRow): RawBuilder<unknown> {
  return sql`
    insert into payee_confirmation (id, customer_id, creditor_account_id, name_match, particulars, create_time)
    values (${row.id}, ${row.customerId}, ${row.creditorAccountId}, ${row.nameMatch}, ${row.particulars}, ${new Date(row.createMs)})
  `;
}

/** What a customer asked. */
export function selectConfirmation(id: string, customerId: string): RawBuilder<ConfirmationRow> {
  return sql<ConfirmationRow>`
    select ${CONFIRMATION} from payee_confirmation c where c.id = ${id} and c.customer_id = ${customerId}
  `;
}

/** What the payer of a transaction asked before. */
export function selectConfirmationOf(transactionId: string): RawBuilder<ConfirmationRow> {
  return sql<ConfirmationRow>`
    select ${CONFIRMATION} from payee_confirmation c join confirmed_transaction t on t.confirmation_id = c.id
    where t.transaction_id = ${transactionId}
  `;
}

/** What a customer asked before one of the confirmations, the newest first. */
export function selectConfirmations(customerId: string, before: string | undefined, limit: number) {
  return sql<ConfirmationRow>`
    select ${CONFIRMATION} from payee_confirmation c
    where c.customer_id = ${customerId} and ${before === undefined ? sql`true` : sql`c.id < ${before}`}
    order by c.id desc limit ${limit}
  `;
}

/** A transaction that is ordered by a confirmation. */
export interface ConfirmedTransaction {
  readonly transactionId: string;
  readonly confirmationId: string;
}

/** Keeps by which confirmations transactions were ordered. */
export function insertConfirmed(rows: readonly ConfirmedTransaction[]): RawBuilder<unknown> {
  return sql`
    insert into confirmed_transaction (transaction_id, confirmation_id)
    select * from unnest(
      ${sqlArray(rows.map(({ transactionId }) => transactionId))}::text[],
      ${sqlArray(rows.map(({ confirmationId }) => confirmationId))}::text[]
    ) on conflict do nothing
  `;
}

/** The transactions that were ordered by confirmations, up to a hundred of each. */
export function selectConfirmed(confirmationIds: readonly string[]): RawBuilder<ConfirmedTransaction> {
  return sql<ConfirmedTransaction>`
    select t.transaction_id as "transactionId", t.confirmation_id as "confirmationId"
    from unnest(${sqlArray(confirmationIds)}::text[]) as c (id)
    cross join lateral (
      select * from confirmed_transaction where confirmation_id = c.id order by transaction_id limit 100
    ) t
  `;
}

/** Whom a customer has noted. */
export interface PayeeRow {
  readonly id: string;
  readonly customerId: string;
  readonly creditorAccountId: string;
  readonly confirmationId: string;
  readonly nameMatch: NameMatchWord;
  readonly particulars: Buffer;
  readonly createMs: number;
  readonly coolingOffEndMs: number;
}

const PAYEE = sql`
  p.id, p.customer_id as "customerId", p.creditor_account_id as "creditorAccountId", p.confirmation_id as "confirmationId",
  p.name_match as "nameMatch", p.particulars, floor(extract(epoch from p.create_time) * 1000)::float8 as "createMs",
  floor(extract(epoch from p.cooling_off_end_time) * 1000)::float8 as "coolingOffEndMs"
`;

/** A payee of a customer. */
export function selectPayee(id: string, customerId: string): RawBuilder<PayeeRow> {
  return sql<PayeeRow>`select ${PAYEE} from payee p where p.id = ${id} and p.customer_id = ${customerId}`;
}

/** The payee of a customer who has an account. */
export function selectPayeeBy(customerId: string, creditorAccountId: string): RawBuilder<PayeeRow> {
  return sql<PayeeRow>`
    select ${PAYEE} from payee p where p.customer_id = ${customerId} and p.creditor_account_id = ${creditorAccountId}
  `;
}

/** How many payees a customer has. */
export function countPayees(customerId: string): RawBuilder<{ count: number }> {
  return sql<{ count: number }>`select count(*)::int as count from payee where customer_id = ${customerId}`;
}

/** The payees of a customer before one of them, the newest first. */
export function selectPayees(customerId: string, before: string | undefined, limit: number): RawBuilder<PayeeRow> {
  return sql<PayeeRow>`
    select ${PAYEE} from payee p
    where p.customer_id = ${customerId} and ${before === undefined ? sql`true` : sql`p.id < ${before}`}
    order by p.id desc limit ${limit}
  `;
}

/** Writes a payee; of one who is there, what they are called and by which confirmation. */
export function savePayee(row: PayeeRow): RawBuilder<unknown> {
  return sql`
    insert into payee (id, customer_id, creditor_account_id, confirmation_id, name_match, particulars, create_time,
      cooling_off_end_time)
    values (${row.id}, ${row.customerId}, ${row.creditorAccountId}, ${row.confirmationId}, ${row.nameMatch},
      ${row.particulars}, ${new Date(row.createMs)}, ${new Date(row.coolingOffEndMs)})
    on conflict (id) do update set confirmation_id = excluded.confirmation_id, name_match = excluded.name_match,
      particulars = excluded.particulars
  `;
}

/** Removes a payee. */
export function deletePayee(id: string): RawBuilder<unknown> {
  return sql`delete from payee where id = ${id}`;
}

/** Whether an account is of a payee whose cooling-off is over. */
export function selectKnown(customerId: string, creditorAccountId: string): RawBuilder<{ known: boolean }> {
  return sql<{ known: boolean }>`
    select exists (
      select from payee where customer_id = ${customerId} and creditor_account_id = ${creditorAccountId}
        and cooling_off_end_time <= clock_timestamp()
    ) as known
  `;
}
