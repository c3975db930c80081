// The statements of money in suspense.
import { type RawBuilder, sql } from 'kysely';
import { asBuffer } from '#chassis/encode.ts';
import type { PartyMatch } from './domain/sanctions.ts';

export type SuspenseState = 'pending' | 'open' | 'allocated' | 'returned';

export type SuspenseReason =
  | 'no_account'
  | 'account_takes_none'
  | 'sanctions_match'
  | 'sanctions_cleared'
  | 'sanctions_confirmed';

/** A new item, in plain JSON and without personal data in clear. */
export interface NewItem {
  readonly id: string;
  readonly journalId: string;
  readonly currency: string;
  /** Minor units. */
  readonly amount: string;
  readonly reason: SuspenseReason;
  readonly endToEndIdentification: string;
  readonly externalReference: string | null;
  readonly paymentOrderId: string | null;
  /** The sealed bytes in base64. */
  readonly particulars: string | null;
  /** Who of those on sanctions lists the parties may be. */
  readonly matches?: readonly PartyMatch[];
}

/** An item as it is now. */
export interface ItemRow extends NewItem {
  readonly state: SuspenseState;
  readonly bookingDate: string | null;
  readonly accountId: string | null;
  readonly transactionId: string | null;
  readonly isoReason: string;
  readonly returnDate: string | null;
  readonly createTime: number;
}

/** Writes a new item, and answers its id; nothing where the payment that came back, or came in, has one already. */
export function insertItem(item: NewItem): RawBuilder<{ id: string }> {
  const particulars = item.particulars === null ? null : asBuffer(Buffer.from(item.particulars, 'base64'));
  return sql<{ id: string }>`
    insert into suspense_item (id, journal_id, currency, amount, reason, state, end_to_end_identification,
      external_reference, payment_order_id, particulars, matches, create_time)
    values (${item.id}, ${item.journalId}, ${item.currency}, ${item.amount}::bigint, ${item.reason}, 'pending',
      ${item.endToEndIdentification}, ${item.externalReference}, ${item.paymentOrderId}, ${particulars},
      ${JSON.stringify(item.matches ?? [])}::jsonb, clock_timestamp())
    on conflict do nothing returning id
  `;
}

const COLUMNS = sql`
  id, journal_id as "journalId", currency, amount::text, reason, state,
  end_to_end_identification as "endToEndIdentification", external_reference as "externalReference",
  payment_order_id as "paymentOrderId", encode(particulars, 'base64') as particulars, booking_date::text as "bookingDate",
  account_id as "accountId", transaction_id as "transactionId", iso_reason as "isoReason", return_date::text as "returnDate", matches,
  floor(extract(epoch from create_time) * 1000)::float8 as "createTime"
`;

/** An item by its id. */
export function selectItem(id: string): RawBuilder<ItemRow> {
  return sql<ItemRow>`select ${COLUMNS} from suspense_item where id = ${id}`;
}

/** An item, locked until the transaction ends. */
export function lockItem(id: string): RawBuilder<ItemRow> {
  return sql<ItemRow>`select ${COLUMNS} from suspense_item where id = ${id} for no key update`;
}

/** The item of a payment that came back. */
export function selectItemOf(paymentOrderId: string): RawBuilder<ItemRow> {
  return sql<ItemRow>`select ${COLUMNS} from suspense_item where payment_order_id = ${paymentOrderId}`;
}

/** A page of items, in the order in which they came in. */
export function selectItems(
  state: SuspenseState | undefined,
  after: string | undefined,
  limit: number,
): RawBuilder<ItemRow> {
  return sql<ItemRow>`
    select ${COLUMNS} from suspense_item
    where ${state === undefined ? sql`true` : sql`state = ${state}`} and ${after === undefined ? sql`true` : sql`id > ${after}`}
    order by id limit ${limit}
  `;
}

/** Forgets an item that the ledger refused: it never came in. */
export function dropItem(id: string): RawBuilder<unknown> {
  return sql`delete from suspense_item where id = ${id} and state = 'pending' and booking_date is null`;
}

/** Writes that an item is on its way. */
export function holdItem(id: string): RawBuilder<unknown> {
  return sql`update suspense_item set state = 'pending' where id = ${id}`;
}

/** Writes that an item waits for staff since it came in, once: what staff have done with it since, stays. */
export function openItem(id: string, bookingDate: string): RawBuilder<unknown> {
  return sql`
    update suspense_item set state = 'open', booking_date = ${bookingDate}::date where id = ${id} and booking_date is null
  `;
}

/** Writes that an item waits for staff again: what they did with it was refused. */
export function reopenItem(id: string): RawBuilder<unknown> {
  return sql`update suspense_item set state = 'open' where id = ${id}`;
}

/** Writes what compliance has said of an item. */
export function decideItem(id: string, reason: SuspenseReason): RawBuilder<unknown> {
  return sql`update suspense_item set reason = ${reason} where id = ${id}`;
}

/** Writes on which account an item is. */
export function allocateItem(id: string, accountId: string, transactionId: string): RawBuilder<unknown> {
  return sql`
    update suspense_item set state = 'allocated', account_id = ${accountId}, transaction_id = ${transactionId} where id = ${id}
  `;
}

/** Writes that an item is sent back. */
export function returnItem(id: string, isoReason: string, returnDate: string): RawBuilder<unknown> {
  return sql`
    update suspense_item set state = 'returned', iso_reason = ${isoReason}, return_date = ${returnDate}::date
    where id = ${id}
  `;
}

/** A page of the items that are sent back, and that integration does not have yet. */
export function selectToReturn(after: string, limit: number): RawBuilder<ItemRow> {
  return sql<ItemRow>`
    select ${COLUMNS} from suspense_item where state = 'returned' and not handed_over and id > ${after}
    order by id limit ${limit}
  `;
}

/** Writes that integration has an item. */
export function markItemHandedOver(id: string): RawBuilder<unknown> {
  return sql`update suspense_item set handed_over = true where id = ${id}`;
}
