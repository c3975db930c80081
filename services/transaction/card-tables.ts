// The table of what is asked by cards.
import { type RawBuilder, sql } from 'kysely';
import type { UsedOfDay } from './domain/card-response.ts';
import type { CardAuthorizationState, CardUse } from './domain/words.ts';

/** What was asked by a card. Amounts are minor units as text, times milliseconds since the epoch: plain JSON. */
export interface CardAuthorizationRow {
  readonly id: string;
  readonly messageKey: string;
  readonly cardId: string;
  readonly accountId: string;
  readonly partyId: string;
  /** Null where only a reversal came. */
  readonly use: CardUse | null;
  readonly currency: string;
  readonly requested: string;
  readonly amount: string;
  readonly state: CardAuthorizationState;
  readonly responseCode: string;
  readonly advice: boolean;
  readonly retrievalReference: string;
  readonly holdId: string;
  readonly busy: boolean;
  readonly transactionId: string;
  /** YYYY-MM-DD. */
  readonly date: string;
  /** The sealed bytes in base64. */
  readonly particulars: string | null;
  readonly version: number;
  readonly createTime: number;
  readonly expireTime: number;
}

const COLUMNS = sql`
  id, message_key as "messageKey", card_id as "cardId", account_id as "accountId", party_id as "partyId", use, currency,
  requested::text, amount::text, state, response_code as "responseCode", advice,
  retrieval_reference as "retrievalReference", hold_id as "holdId", busy, transaction_id as "transactionId",
  date::text, encode(particulars, 'base64') as particulars, version,
  floor(extract(epoch from create_time) * 1000)::float8 as "createTime",
  floor(extract(epoch from expire_time) * 1000)::float8 as "expireTime"
`;

type Rows = RawBuilder<CardAuthorizationRow>;

/** What a message asked, by its key. */
export function selectByKey(messageKey: string): Rows {
  return sql`select ${COLUMNS} from card_authorization where message_key = ${messageKey}`;
}

/** The same, locked until the transaction ends. */
export function lockByKey(messageKey: string): Rows {
  return sql`select ${COLUMNS} from card_authorization where message_key = ${messageKey} for no key update`;
}

/** The last that was approved of a card with a retrieval reference. */
export function selectByReference(cardId: string, reference: string): Rows {
  return sql`
    select ${COLUMNS} from card_authorization
    where card_id = ${cardId} and retrieval_reference = ${reference} and state in ('approved', 'pending')
    order by id desc limit 1
  `;
}

/** A page of what was asked by the cards of an account, newest first. */
export function selectOfAccount(accountId: string, before: string | undefined, limit: number): Rows {
  return sql`
    select ${COLUMNS} from card_authorization
    where account_id = ${accountId} and ${before === undefined ? sql`true` : sql`id < ${before}`}
    order by id desc limit ${limit}
  `;
}

/** Locks what is used of a card until the transaction ends. */
export function lockUse(cardId: string): RawBuilder<unknown> {
  return sql`select pg_advisory_xact_lock(hashtextextended('card use ' || ${cardId}, 0))`;
}

/** What is used of a card on a day: for a use, and how often for any. What is reversed as a whole is not used. */
export function selectUsed(cardId: string, date: string, use: CardUse): RawBuilder<{ amount: string; uses: number }> {
  return sql<{ amount: string; uses: number }>`
    select coalesce(sum(amount) filter (where use = ${use}), 0)::text as amount, count(*)::int as uses
    from card_authorization
    where card_id = ${cardId} and date = ${date}::date and state in ('pending', 'approved', 'cleared')
  `;
}

/** What is used, in minor units. */
export function usedFrom(row: { readonly amount: string; readonly uses: number } | undefined): UsedOfDay {
  return { amount: BigInt(row?.amount ?? 0), uses: row?.uses ?? 0 };
}

/** Writes what was asked; what a message asked is written once. */
export function insertCardAuthorization(row: CardAuthorizationRow): RawBuilder<unknown> {
  return sql`
    insert into card_authorization (id, message_key, card_id, account_id, party_id, use, currency, requested, amount, state,
      response_code, advice, retrieval_reference, hold_id, busy, transaction_id, date, particulars, version, create_time,
      expire_time)
    values (${row.id}, ${row.messageKey}, ${row.cardId}, ${row.accountId}, ${row.partyId}, ${row.use}, ${row.currency},
      ${row.requested}::bigint, ${row.amount}::bigint, ${row.state}, ${row.responseCode}, ${row.advice},
      ${row.retrievalReference}, ${row.holdId}, ${row.busy}, ${row.transactionId}, ${row.date}::date,
      decode(${row.particulars}, 'base64'), ${row.version}, ${new Date(row.createTime).toISOString()}::timestamptz,
      ${new Date(row.expireTime).toISOString()}::timestamptz)
  `;
}

/** Writes where it is now, and counts the change. */
export function updateCardAuthorization(row: CardAuthorizationRow): RawBuilder<unknown> {
  return sql`
    update card_authorization set amount = ${row.amount}::bigint, state = ${row.state},
      response_code = ${row.responseCode}, hold_id = ${row.holdId}, busy = ${row.busy},
      transaction_id = ${row.transactionId}, version = ${row.version}
    where id = ${row.id}
  `;
}

/** Serialises what comes of one message, also where nothing has yet. */
export function lockMessage(messageKey: string): RawBuilder<unknown> {
  return sql`select pg_advisory_xact_lock(hashtextextended('card message ' || ${messageKey}, 0))`;
}
