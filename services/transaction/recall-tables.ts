// The statements of recalls: of payments that this bank asks back, and of those that others do.
import { type RawBuilder, sql } from 'kysely';

export type ReceivedRecallState = 'open' | 'answering' | 'accepted' | 'refused' | 'expired';

/** Writes that a payment is asked back. */
export function requestRecall(paymentOrderId: string, isoReason: string): RawBuilder<unknown> {
  return sql`
    update payment_order set recall_state = 'requested', recall_reason = ${isoReason}, recall_time = clock_timestamp()
    where id = ${paymentOrderId}
  `;
}

/** Writes what the other bank has answered, once. */
export function answerRecall(paymentOrderId: string, accepted: boolean, isoReason: string): RawBuilder<unknown> {
  return sql`
    update payment_order set recall_state = ${accepted ? 'accepted' : 'refused'}, recall_answer_reason = ${isoReason}
    where id = ${paymentOrderId} and recall_state = 'requested'
  `;
}

/** A page of the payments that are asked back, and whose recall integration does not have yet. It has the payments. */
export function selectToRecall(after: string, limit: number): RawBuilder<{ id: string; isoReason: string }> {
  return sql<{ id: string; isoReason: string }>`
    select id, recall_reason as "isoReason" from payment_order
    where recall_state = 'requested' and not recall_handed_over and handed_over and id > ${after}
    order by id limit ${limit}
  `;
}

/** Writes that integration has a recall. */
export function markRecallHandedOver(paymentOrderId: string): RawBuilder<unknown> {
  return sql`update payment_order set recall_handed_over = true where id = ${paymentOrderId}`;
}

/** A new recall that came in. */
export interface NewReceivedRecall {
  readonly id: string;
  readonly externalReference: string;
  readonly transactionId: string | null;
  readonly suspenseItemId: string | null;
  readonly accountId: string | null;
  readonly currency: string;
  /** Minor units. */
  readonly amount: string;
  readonly isoReason: string;
  /** YYYY-MM-DD. */
  readonly expireDate: string;
}

/** A recall that came in, as it is now. */
export interface ReceivedRecallRow extends NewReceivedRecall {
  readonly state: ReceivedRecallState;
  readonly answerReason: string;
  readonly returnDate: string | null;
  readonly createTime: number;
}

/** Keeps a recall that came in, and answers its id; the same is there once. */
export function insertReceivedRecall(recall: NewReceivedRecall): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`
    insert into received_recall as r (id, external_reference, transaction_id, suspense_item_id, account_id, currency, amount,
      iso_reason, expire_date)
    values (${recall.id}, ${recall.externalReference}, ${recall.transactionId}, ${recall.suspenseItemId}, ${recall.accountId},
      ${recall.currency}, ${recall.amount}::bigint, ${recall.isoReason}, ${recall.expireDate}::date)
    on conflict (external_reference) do update set handed_over = r.handed_over
    returning r.id
  `;
}

const COLUMNS = sql`
  id, external_reference as "externalReference", transaction_id as "transactionId", suspense_item_id as "suspenseItemId",
  account_id as "accountId", currency, amount::text, iso_reason as "isoReason", state, answer_reason as "answerReason",
  expire_date::text as "expireDate", return_date::text as "returnDate",
  floor(extract(epoch from create_time) * 1000)::float8 as "createTime"
`;

/** Recalls by their ids. */
export function selectReceivedRecall(id: string): RawBuilder<ReceivedRecallRow> {
  return sql<ReceivedRecallRow>`select ${COLUMNS} from received_recall where id = ${id}`;
}

/** A recall, locked until the transaction ends. */
export function lockReceivedRecall(id: string): RawBuilder<ReceivedRecallRow> {
  return sql<ReceivedRecallRow>`select ${COLUMNS} from received_recall where id = ${id} for no key update`;
}

/** Which accounts recalls are about. */
export function selectRecalledAccounts(ids: readonly string[]): RawBuilder<{ id: string; accountId: string | null }> {
  return sql`select id, account_id as "accountId" from received_recall where id = any(${[...ids]}::text[])`;
}

/** Which recalls. Absent: any. */
export interface RecallFilter {
  readonly accountId: string | undefined;
  readonly state: ReceivedRecallState | undefined;
  readonly after: string | undefined;
}

/** A page of recalls, in the order in which they came in. */
export function selectReceivedRecalls(filter: RecallFilter, limit: number): RawBuilder<ReceivedRecallRow> {
  const { accountId, state, after } = filter;
  return sql<ReceivedRecallRow>`
    select ${COLUMNS} from received_recall
    where ${accountId === undefined ? sql`true` : sql`account_id = ${accountId}`}
      and ${state === undefined ? sql`true` : state === 'open' ? sql`state in ('open', 'answering')` : sql`state = ${state}`}
      and ${after === undefined ? sql`true` : sql`id > ${after}`}
    order by id limit ${limit}
  `;
}

/** Writes where a recall is, and why not where nothing is given back. */
export function changeReceivedRecall(
  id: string,
  state: ReceivedRecallState,
  { answerReason = '', returnDate = null as string | null } = {},
): RawBuilder<unknown> {
  return sql`
    update received_recall set state = ${state}, answer_reason = ${answerReason}, return_date = ${returnDate}::date
    where id = ${id}
  `;
}

/** Begins to answer a recall, or goes on with it; answers nothing where it is answered, or has expired. */
export function beginAnswering(id: string): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`
    update received_recall set state = 'answering' where id = ${id} and state in ('open', 'answering') returning id
  `;
}

/** Ends what was begun: with an answer, or none yet. Once: another process may have been faster. */
export function endAnswering(
  id: string,
  state: 'open' | 'accepted' | 'refused',
  answerReason = '',
): RawBuilder<unknown> {
  return sql`
    update received_recall set state = ${state}, answer_reason = ${answerReason} where id = ${id} and state = 'answering'
  `;
}

/** Writes which recalls nobody has answered by the end of a day. */
export function expireReceivedRecalls(businessDate: string): RawBuilder<unknown> {
  return sql`
    update received_recall set state = 'expired', answer_reason = 'NOAS'
    where state = 'open' and expire_date <= ${businessDate}::date
  `;
}

/** How many recalls have expired at the end of a day. */
export function countExpired(businessDate: string): RawBuilder<{ count: number }> {
  return sql<{ count: number }>`
    select count(*)::integer as count from received_recall
    where state = 'expired' and expire_date <= ${businessDate}::date and not handed_over
  `;
}

/** A page of the recalls whose money is in suspense and that have no answer yet. */
export function selectRecalledItems(after: string, limit: number): RawBuilder<ReceivedRecallRow> {
  return sql<ReceivedRecallRow>`
    select ${COLUMNS} from received_recall
    where state in ('open', 'answering') and suspense_item_id is not null and id > ${after} order by id limit ${limit}
  `;
}

/** A page of the recalls that are answered, and whose answer integration does not have yet. */
export function selectAnswered(after: string, limit: number): RawBuilder<ReceivedRecallRow> {
  return sql<ReceivedRecallRow>`
    select ${COLUMNS} from received_recall
    where state in ('accepted', 'refused', 'expired') and not handed_over and id > ${after} order by id limit ${limit}
  `;
}

/** Writes that integration has an answer. */
export function markAnswerHandedOver(id: string): RawBuilder<unknown> {
  return sql`update received_recall set handed_over = true where id = ${id}`;
}
