// The statements of reviews.
import { type RawBuilder, sql } from 'kysely';
import { sqlArray } from '#chassis/sql-array.ts';
import { type Finding, type PartyMatch, REASON_OF } from './domain/sanctions.ts';
import type { ReviewState, Suspicion } from './domain/words.ts';
import type { JournalIntent } from './journal-messages.ts';
import { ORDER_COLUMNS, type RawOrder } from './tables.ts';

/** A review that begins. */
export interface NewReview extends Suspicion {
  readonly state: ReviewState & ('open' | 'unscored');
  /** The last business date on which it can be decided, YYYY-MM-DD. Null where there is nothing to decide. */
  readonly expireDate: string | null;
  /** Who ordered it: a bank.type.v1.Actor as JSON. */
  readonly actor: unknown;
  /** Set where a party to it may be sanctioned, or nobody could say. */
  readonly finding?: Finding;
}

/** A new row: the journal that books the order is kept while it is held. */
export interface NewReviewRow extends NewReview {
  readonly transactionId: string;
  readonly journal: JournalIntent | null;
}

/** Writes new reviews. */
export function insertReviews(rows: readonly NewReviewRow[]): RawBuilder<unknown> {
  return sql`
    insert into review (transaction_id, state, reasons, score, policy_version, expire_date, actor, journal, screening, matches,
      create_time)
    select id, state, reasons::text[], score, policy, expire_date, actor, journal, screening, matches, clock_timestamp()
    from unnest(
      ${sqlArray(rows.map(({ transactionId }) => transactionId))}::text[],
      ${sqlArray(rows.map(({ state }) => state))}::text[],
      ${sqlArray(rows.map(({ reasons }) => `{${reasons.join(',')}}`))}::text[],
      ${sqlArray(rows.map(({ score }) => score))}::integer[],
      ${sqlArray(rows.map(({ policyVersion }) => policyVersion))}::integer[],
      ${sqlArray(rows.map(({ expireDate }) => expireDate))}::date[],
      ${sqlArray(rows.map(({ actor }) => JSON.stringify(actor)))}::jsonb[],
      ${sqlArray(rows.map(({ journal }) => journal && JSON.stringify(journal)))}::jsonb[],
      ${sqlArray(rows.map(({ finding }) => finding?.screening ?? null))}::text[],
      ${sqlArray(rows.map(({ finding }) => JSON.stringify(finding?.matches ?? [])))}::jsonb[]
    ) as r (id, state, reasons, score, policy, expire_date, actor, journal, screening, matches)
  `;
}

/** What books an order that is held, and who ordered it. */
export interface Held {
  readonly actor: unknown;
  readonly journal: JournalIntent;
  /** Why it is held, where that is for the sanctions lists. */
  readonly screening: Finding['screening'] | null;
}

/** What is held of an order that is under review. */
export function selectHeld(transactionId: string): RawBuilder<Held> {
  return sql<Held>`select actor, journal, screening from review where transaction_id = ${transactionId} and state = 'open'`;
}

/** Who decided, and who approved it. Empty where nobody did. */
export interface Deciders {
  readonly deciderId: string;
  readonly approverId: string;
}

/** Ends a review. */
export function endReview(
  transactionId: string,
  state: ReviewState,
  { deciderId, approverId }: Deciders,
): RawBuilder<unknown> {
  return sql`
    update review set state = ${state}, decide_time = clock_timestamp(), decider_id = ${deciderId}, approver_id = ${approverId}
    where transaction_id = ${transactionId}
  `;
}

/** Open reviews that can be decided no more on this date: the orders. */
export function selectExpired(openDate: string, limit: number): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`
    select transaction_id as id from review where state = 'open' and expire_date < ${openDate}::date
    order by transaction_id limit ${limit}
  `;
}

/** A review that waits for somebody to say whether a party to its order is sanctioned. */
export interface Unscreened {
  readonly id: string;
  readonly reasons: readonly string[];
}

/** The first reviews that wait so after one. */
export function selectUnscreened(after: string, limit: number): RawBuilder<Unscreened> {
  return sql<Unscreened>`
    select transaction_id as id, reasons from review
    where state = 'open' and screening = 'unavailable' and transaction_id > ${after}
    order by transaction_id limit ${limit}
  `;
}

/** Writes who the parties to an order may be that waited to be screened, and why else it is held. */
export function noteScreened(
  transactionId: string,
  reasons: readonly string[],
  matches: readonly PartyMatch[],
): RawBuilder<unknown> {
  const isMatch = matches.length > 0;
  return sql`
    update review set reasons = ${sqlArray(isMatch ? [...reasons, REASON_OF.match] : reasons)}::text[],
      screening = ${isMatch ? 'match' : null}, matches = ${JSON.stringify(matches)}::jsonb
    where transaction_id = ${transactionId} and state = 'open' and screening = 'unavailable'
  `;
}

/** A review as the database answers it, with its order. Times are milliseconds since the epoch. */
export interface ReviewRow extends RawOrder {
  readonly reviewState: ReviewState;
  readonly reasons: string[];
  readonly score: number;
  readonly policyVersion: number;
  readonly expireDate: string | null;
  readonly reviewMs: number;
  readonly decideMs: number | null;
  readonly deciderId: string;
  readonly approverId: string;
  readonly matches: readonly PartyMatch[];
}

/** A page of reviews, in the order in which they began. */
export function selectReviews(
  state: ReviewState | undefined,
  after: string | undefined,
  limit: number,
): RawBuilder<ReviewRow> {
  return sql<ReviewRow>`
    select ${ORDER_COLUMNS}, r.state as "reviewState", r.reasons, r.score, r.policy_version as "policyVersion",
      r.expire_date::text as "expireDate", (extract(epoch from r.create_time) * 1000)::float8 as "reviewMs",
      (extract(epoch from r.decide_time) * 1000)::float8 as "decideMs", r.decider_id as "deciderId",
      r.approver_id as "approverId", r.matches
    from review r join transaction t on t.id = r.transaction_id
    where ${state === undefined ? sql`true` : sql`r.state = ${state}`}
      and ${after === undefined ? sql`true` : sql`r.transaction_id > ${after}`}
    order by r.transaction_id limit ${limit}
  `;
}
