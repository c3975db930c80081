// The statements of orders that wait until enough have signed them.
import { type RawBuilder, sql } from 'kysely';
import { sqlArray } from '#chassis/sql-array.ts';
import type { JournalIntent } from './journal-messages.ts';
import type { NewReview } from './review-tables.ts';

/** What an order that is signed needs to go on. */
export interface Awaited {
  readonly transactionId: string;
  /** Who ordered it: a bank.type.v1.Actor as JSON. */
  readonly actor: unknown;
  readonly journal: JournalIntent;
  /** The review that it goes to first. */
  readonly review: NewReview | null;
}

/** Writes that orders wait. */
export function insertAwaited(rows: readonly Awaited[]): RawBuilder<unknown> {
  return sql`
    insert into awaited_signature (transaction_id, actor, journal, review)
    select * from unnest(
      ${sqlArray(rows.map(({ transactionId }) => transactionId))}::text[],
      ${sqlArray(rows.map(({ actor }) => JSON.stringify(actor)))}::jsonb[],
      ${sqlArray(rows.map(({ journal }) => JSON.stringify(journal)))}::jsonb[],
      ${sqlArray(rows.map(({ review }) => review && JSON.stringify(review)))}::jsonb[]
    )
  `;
}

/** Writes what account says of an order: empty that it is signed, else why it is not. What it said first stands. */
export function decideAwaited(transactionId: string, reason: string): RawBuilder<unknown> {
  return sql`
    update awaited_signature set decision = ${reason} where transaction_id = ${transactionId} and decision is null
  `;
}

/** Orders that account has spoken of, and that have not gone on. */
export function selectDecided(limit: number): RawBuilder<Awaited & { readonly decision: string }> {
  return sql<Awaited & { readonly decision: string }>`
    select transaction_id as "transactionId", actor, journal, review, decision from awaited_signature
    where decision is not null and not done order by transaction_id limit ${limit}
  `;
}

/** Writes that an order has gone on, or ended. */
export function markDone(transactionId: string): RawBuilder<unknown> {
  return sql`update awaited_signature set done = true where transaction_id = ${transactionId}`;
}
