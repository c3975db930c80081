// The table of cards.
import { type RawBuilder, sql } from 'kysely';
import type { CardStanding } from './domain/card.ts';

/** What a card may be used for, in minor units as text. Null is no limit of its own. */
export interface Limits {
  readonly withdrawals: string | null;
  readonly purchases: string | null;
  readonly online: string | null;
  /** 0: any number. */
  readonly uses: number;
  readonly abroad: boolean;
}

/** A card as it stands in the table. */
export interface CardRow extends CardStanding {
  readonly id: string;
  readonly accountId: string;
  readonly customerId: string;
  /** Of the account. */
  readonly partyId: string;
  readonly currency: string;
  readonly lastFour: string;
  /** YYYY-MM-DD. */
  readonly expiryDate: string;
  readonly limits: Limits;
  readonly replacesId: string | null;
  readonly version: number;
  readonly createMs: number;
}

/** A new card, with its number as it is stored: to be found by, and sealed. */
export type NewCard = Omit<CardRow, 'partyId' | 'currency'> & { readonly numberHash: Buffer; readonly number: Buffer };

const COLUMNS = sql`
  c.id, c.account_id as "accountId", c.customer_id as "customerId", a.party_id as "partyId", a.currency,
  c.last_four as "lastFour", c.expiry_date::text as "expiryDate", c.state, c.block_reason as "blockReason", c.activated,
  c.limits, c.replaces_id as "replacesId", c.version, floor(extract(epoch from c.create_time) * 1000)::float8 as "createMs"
`;

/** Serialises the giving of numbers: one that is free stays so until the commit. */
export function lockNumbers(): RawBuilder<unknown> {
  return sql`select pg_advisory_xact_lock(hashtextextended('card numbers', 0))`;
}

/** Those of these hashes that are the number of a card. */
export function selectTaken(hashes: readonly Buffer[]): RawBuilder<{ hash: Buffer }> {
  return sql<{ hash: Buffer }>`
    select number_hash as hash from card where number_hash in (${sql.join(hashes.map((hash) => sql`${hash}::bytea`))})
  `;
}

/** Writes a new card. */
export function insertCard(card: NewCard): RawBuilder<unknown> {
  const { id, accountId, customerId, numberHash, number, lastFour, expiryDate, state, limits, replacesId } = card;
  return sql`
    insert into card (id, account_id, customer_id, number_hash, number, last_four, expiry_date, state, activated, limits,
      replaces_id, version, create_time)
    values (${id}, ${accountId}, ${customerId}, ${numberHash}, ${number}, ${lastFour}, ${expiryDate}::date, ${state},
      ${card.activated}, ${JSON.stringify(limits)}::jsonb, ${replacesId}, ${card.version},
      ${new Date(card.createMs).toISOString()}::timestamptz)
  `;
}

/** A card by its id. */
export function selectCard(id: string): RawBuilder<CardRow> {
  return sql<CardRow>`select ${COLUMNS} from card c join account a on a.id = c.account_id where c.id = ${id}`;
}

/** A card, locked until the transaction ends. */
export function lockCard(id: string): RawBuilder<CardRow> {
  return sql<CardRow>`
    select ${COLUMNS} from card c join account a on a.id = c.account_id where c.id = ${id} for no key update of c
  `;
}

/** The card of a number. */
export function selectByNumber(hash: Buffer): RawBuilder<CardRow> {
  return sql<CardRow>`select ${COLUMNS} from card c join account a on a.id = c.account_id where c.number_hash = ${hash}`;
}

/** The sealed number of a card. */
export function selectNumber(id: string): RawBuilder<{ number: Buffer }> {
  return sql<{ number: Buffer }>`select number from card where id = ${id}`;
}

/** A page of the cards of an account, newest first. */
export function selectCardsOf(accountId: string, before: string | undefined, limit: number): RawBuilder<CardRow> {
  return sql<CardRow>`
    select ${COLUMNS} from card c join account a on a.id = c.account_id
    where c.account_id = ${accountId} and ${before === undefined ? sql`true` : sql`c.id < ${before}`}
    order by c.id desc limit ${limit}
  `;
}

/** To which accounts cards belong, and who uses them. */
export function selectOwners(
  ids: readonly string[],
): RawBuilder<{ id: string; accountId: string; customerId: string }> {
  return sql<{ id: string; accountId: string; customerId: string }>`
    select id, account_id as "accountId", customer_id as "customerId" from card where id in (${sql.join([...ids])})
  `;
}

/** Writes where a card is now, and counts the change. */
export function updateCard(card: CardRow): RawBuilder<unknown> {
  return sql`
    update card set state = ${card.state}, block_reason = ${card.blockReason}, activated = ${card.activated},
      limits = ${JSON.stringify(card.limits)}::jsonb, version = ${card.version}
    where id = ${card.id}
  `;
}

/** A page of the cards whose last day has passed when a day is over, by id. */
export function selectExpiring(day: string, after: string, limit: number): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`
    select id from card
    where state in ('issued', 'active', 'blocked') and expiry_date <= ${day}::date and id > ${after}
    order by id limit ${limit}
  `;
}
