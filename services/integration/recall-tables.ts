// The statements of recalls. Ours are messages on their way like any (scheme-tables.ts); these are what is particular about them.
import { type RawBuilder, sql } from 'kysely';
import type { OutboundState } from './scheme-tables.ts';

/** A message of ours, locked until the transaction ends. */
export function lockOutbound(id: string): RawBuilder<{ state: OutboundState; attempts: number; content: Buffer }> {
  return sql`select state, attempts, content from outbound_payment where id = ${id} for update`;
}

/** Writes that a payment is not sent any more, which never was. */
export function withdrawOutbound(id: string): RawBuilder<unknown> {
  return sql`update outbound_payment set state = 'withdrawn' where id = ${id} and state = 'queued' and attempts = 0`;
}

/** Keeps the recall of a payment that is to be sent; the same again is there. */
export function insertRecall(row: { id: string; originalId: string; content: Buffer }): RawBuilder<unknown> {
  return sql`
    insert into outbound_payment (id, message_name, original_id, content)
    values (${row.id}, 'camt.056.001.10', ${row.originalId}, ${row.content})
    on conflict (id) do nothing
  `;
}

/** Writes that the recall of a payment has its end with it: what came back, or never went, is not asked for any more. */
export function settleRecallOf(originalId: string): RawBuilder<unknown> {
  return sql`
    update outbound_payment set state = 'settled' where original_id = ${originalId} and state in ('queued', 'sent')
  `;
}

/** What transaction has not been told of a recall. */
export interface UntoldRecall {
  readonly id: string;
  readonly originalId: string;
  readonly state: 'settled' | 'failed';
  readonly isoReason: string;
}

export function selectUntoldRecalls(limit: number): RawBuilder<UntoldRecall> {
  return sql<UntoldRecall>`
    select id, original_id as "originalId", state, iso_reason as "isoReason" from outbound_payment
    where message_name = 'camt.056.001.10' and told_state is distinct from state and conflict is null
      and state in ('settled', 'failed')
    order by id limit ${limit}
  `;
}

/** A recall that came in. */
export interface InboundRecallRow {
  readonly id: string;
  readonly assignmentIdentification: string;
  readonly cancellationIdentification: string;
  readonly originalMessageIdentification: string;
  readonly originalTransactionIdentification: string;
  readonly inboundPaymentId: string;
  readonly agent: string;
  readonly isoReason: string;
  readonly state: 'received' | 'asked' | 'accepted' | 'refused';
  readonly answerReason: string;
  readonly attempts: number;
}

/** Keeps a recall that came in; one that came before, and was answered, is answered again. */
export function insertInboundRecall(
  row: Omit<InboundRecallRow, 'state' | 'answerReason' | 'attempts'>,
): RawBuilder<unknown> {
  return sql`
    insert into inbound_recall (id, assignment_identification, cancellation_identification, original_message_identification,
      original_transaction_identification, inbound_payment_id, agent, iso_reason)
    values (${row.id}, ${row.assignmentIdentification}, ${row.cancellationIdentification},
      ${row.originalMessageIdentification}, ${row.originalTransactionIdentification}, ${row.inboundPaymentId}, ${row.agent},
      ${row.isoReason})
    on conflict (id) do update set answered = false, next_time = least(inbound_recall.next_time, now())
  `;
}

const COLUMNS = sql`
  id, assignment_identification as "assignmentIdentification", cancellation_identification as "cancellationIdentification",
  original_message_identification as "originalMessageIdentification",
  original_transaction_identification as "originalTransactionIdentification", inbound_payment_id as "inboundPaymentId", agent,
  iso_reason as "isoReason", state, answer_reason as "answerReason", attempts
`;

export function selectInboundRecall(id: string): RawBuilder<InboundRecallRow> {
  return sql<InboundRecallRow>`select ${COLUMNS} from inbound_recall where id = ${id}`;
}

/** Takes recalls about which something is to be done here, each for as long as the lease. */
export function leaseRecalls(limit: number, leaseMs: number): RawBuilder<InboundRecallRow> {
  return sql<InboundRecallRow>`
    update inbound_recall set next_time = now() + ${leaseMs} * interval '1 ms', attempts = attempts + 1
    where id in (
      select id from inbound_recall where not answered and state <> 'asked' and next_time <= now() order by next_time
      limit ${limit} for update skip locked
    )
    returning ${COLUMNS}
  `;
}

/** Writes that transaction has a recall; what it has said in the meantime stays. */
export function markAsked(id: string): RawBuilder<unknown> {
  return sql`update inbound_recall set state = 'asked' where id = ${id} and state = 'received'`;
}

/** Writes what is answered, once. */
export function settleInboundRecall(
  id: string,
  state: 'accepted' | 'refused',
  answerReason: string,
): RawBuilder<unknown> {
  return sql`
    update inbound_recall set state = ${state}, answer_reason = ${answerReason}, next_time = now()
    where id = ${id} and state in ('received', 'asked')
  `;
}

/** Writes that the scheme has the answer. */
export function markRecallAnswered(id: string): RawBuilder<unknown> {
  return sql`update inbound_recall set answered = true where id = ${id}`;
}

/** Writes when it is tried again. */
export function delayRecall(id: string, nextMs: number): RawBuilder<unknown> {
  return sql`update inbound_recall set next_time = now() + ${nextMs} * interval '1 ms' where id = ${id}`;
}
