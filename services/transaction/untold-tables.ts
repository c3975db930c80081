// The statements of what account has still to be told of lines.
import { type RawBuilder, sql } from 'kysely';
import { deriveId } from '#chassis/id.ts';
import { sqlArray } from '#chassis/sql-array.ts';
import type { Order } from './domain/words.ts';
import type { OrderRow } from './tables.ts';

/** A booked order of which account has not been told. */
export type UntoldRow = Pick<OrderRow, 'id' | 'journalId' | 'debtorAccountId' | 'creditorAccountId' | 'particulars'>;

/** Whether there is more to say of an order than its ledger does: a text, or who is on the other side. */
export function isTold({ particulars, debtorAccountId, creditorAccountId }: OrderRow): boolean {
  return particulars !== null || (debtorAccountId !== null && creditorAccountId !== null);
}

/** The first booked orders of which account has not been told. */
export function selectUntold(limit: number): RawBuilder<UntoldRow> {
  return sql<UntoldRow>`
    select t.id, coalesce(t.journal_id, ${deriveId('jnl', 'txn_')} || substr(t.id, 5)) as "journalId",
      t.debtor_account_id as "debtorAccountId", t.creditor_account_id as "creditorAccountId", t.particulars
    from (select transaction_id from untold_particulars order by transaction_id limit ${limit}) u
    join transaction t on t.id = u.transaction_id
  `;
}

/** Removes what account has been told. */
export function deleteUntold(ids: readonly Order['id'][]): RawBuilder<unknown> {
  return sql`delete from untold_particulars where transaction_id = any(${sqlArray(ids)}::text[])`;
}

/** How much is left to be told of the days up to this one, and how many orders before an id are not settled: each may be of such a day. */
export function countUntold(date: string, beforeId: string): RawBuilder<{ untold: number; pending: number }> {
  return sql<{ untold: number; pending: number }>`
    select (select count(*)::int from untold_particulars where booking_date <= ${date}::date) as untold,
      (select count(*)::int from transaction where state = 'pending' and id < ${beforeId}) as pending
  `;
}
