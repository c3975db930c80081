// The statements of payment requests.
import { type RawBuilder, sql } from 'kysely';
import type { RequestState } from './domain/payment-requests.ts';
import type { State } from './domain/words.ts';

/** A new payment request. */
export interface NewRequest {
  readonly id: string;
  readonly partyId: string;
  readonly creditorAccountId: string;
  readonly debtorAccountId: string;
  readonly currency: string;
  /** Minor units. */
  readonly amount: string;
  readonly particulars: Buffer | null;
  /** YYYY-MM-DD. */
  readonly expireDate: string;
  readonly createMs: number;
}

/** One as it is now, with the state of the transfer that pays it, or was the last to try. */
export interface RequestRow extends NewRequest {
  readonly state: RequestState;
  readonly transactionId: string | null;
  readonly transactionState: State | null;
}

/** Writes a new one. */
export function insertRequest(row: NewRequest): RawBuilder<unknown> {
  return sql`
    insert into payment_request (id, party_id, creditor_account_id, debtor_account_id, currency, amount, particulars,
      expire_date, create_time)
    values (${row.id}, ${row.partyId}, ${row.creditorAccountId}, ${row.debtorAccountId}, ${row.currency}, ${row.amount}::bigint,
      ${row.particulars}, ${row.expireDate}::date, ${new Date(row.createMs)})
  `;
}

const COLUMNS = sql`
  r.id, r.state, r.party_id as "partyId", r.creditor_account_id as "creditorAccountId",
  r.debtor_account_id as "debtorAccountId", r.currency, r.amount::text, r.particulars, r.expire_date::text as "expireDate",
  r.transaction_id as "transactionId", floor(extract(epoch from r.create_time) * 1000)::float8 as "createMs",
  (select t.state from transaction t where t.id = r.transaction_id) as "transactionState"
`;

/** Requests by their ids. */
export function selectRequests(ids: readonly string[]): RawBuilder<RequestRow> {
  return sql<RequestRow>`select ${COLUMNS} from payment_request r where r.id = any(${[...ids]})`;
}

/** One, locked until the transaction ends. */
export function lockRequest(id: string): RawBuilder<RequestRow> {
  return sql<RequestRow>`select ${COLUMNS} from payment_request r where r.id = ${id} for update of r`;
}

/** Requests from and to an account before one of them, the newest first. */
export function selectRequestsOf(accountId: string, before: string | undefined, limit: number): RawBuilder<RequestRow> {
  return sql<RequestRow>`
    select ${COLUMNS} from payment_request r
    where ${accountId} in (r.creditor_account_id, r.debtor_account_id)
      and ${before === undefined ? sql`true` : sql`r.id < ${before}`}
    order by r.id desc limit ${limit}
  `;
}

/** How many requests of an account are open, and how many of them to another. */
export function countOpen(creditorAccountId: string, debtorAccountId: string) {
  return sql<{ count: number; toOne: number }>`
    select count(*)::int as count, count(*) filter (where debtor_account_id = ${debtorAccountId})::int as "toOne"
    from payment_request r where creditor_account_id = ${creditorAccountId} and state = 'open'
      and not exists (select from transaction t where t.id = r.transaction_id and t.state <> 'refused')
  `;
}

/** Locks what an account asks for until the transaction ends, so that one follows the other. */
export function lockRequestsOf(creditorAccountId: string): RawBuilder<unknown> {
  return sql`select pg_advisory_xact_lock(hashtextextended(${`payment_request ${creditorAccountId}`}, 0))`;
}

/** Ends one. */
export function endRequest(id: string, state: RequestState): RawBuilder<unknown> {
  return sql`update payment_request set state = ${state} where id = ${id}`;
}

/** Writes by which transfer one is being paid. */
export function markPaying(id: string, transactionId: string): RawBuilder<unknown> {
  return sql`update payment_request set transaction_id = ${transactionId} where id = ${id}`;
}

/** Some of those after an id whose last day is over, and that no transfer pays. */
export function selectOverdue(businessDate: string, after: string, limit: number): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`
    select r.id from payment_request r
    where r.state = 'open' and r.expire_date <= ${businessDate}::date and r.id > ${after}
      and (r.transaction_id is null or exists (
        select from transaction t where t.id = r.transaction_id and t.state = 'refused'
      ))
    order by r.id limit ${limit}
  `;
}

/** How many have expired with a day. */
export function countExpiredOn(businessDate: string): RawBuilder<{ count: number }> {
  return sql<{ count: number }>`
    select count(*)::int as count from payment_request where state = 'expired' and expire_date = ${businessDate}::date
  `;
}
