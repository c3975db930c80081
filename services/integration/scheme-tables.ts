// The statements of what is exchanged with schemes. Rows that are worked on are leased by the time at which they are next looked at, so
// that several processes share them.
import { type RawBuilder, sql } from 'kysely';
import type { Returned } from './domain/scheme-messages.ts';

export type OutboundName = 'pacs.008.001.09' | 'pacs.004.001.10' | 'camt.056.001.10';
export type OutboundState = 'queued' | 'sent' | 'settled' | 'failed' | 'returned' | 'withdrawn';

/** Keeps a message that is to be sent; the same again is there. */
export function insertOutbound(row: { id: string; name: OutboundName; content: Buffer }): RawBuilder<unknown> {
  return sql`
    insert into outbound_payment (id, message_name, content) values (${row.id}, ${row.name}, ${row.content})
    on conflict (id) do nothing
  `;
}

/** A message on its way. */
export interface OutboundRow {
  readonly id: string;
  readonly name: OutboundName;
  readonly content: Buffer;
  readonly state: OutboundState;
  readonly attempts: number;
}

/**
 * Takes messages that are to be sent, each for as long as the lease: all kinds that were never sent, and only so many that
 * were, so that those of which nobody knows anything leave room for the others. A recall waits until the scheme has what it asks back.
 */
export function leaseOutbound(fresh: number, repeated: number, leaseMs: number): RawBuilder<OutboundRow> {
  const due = (attempts: RawBuilder<unknown>, limit: number) => sql`
    (select id from outbound_payment o where state in ('queued', 'sent') and next_time <= now() and ${attempts}
        and not exists (select from outbound_payment p where p.id = o.original_id and p.state = 'queued')
      order by next_time limit ${limit} for update skip locked)
  `;
  return sql<OutboundRow>`
    with fresh as ${due(sql`attempts = 0`, fresh)}, repeated as ${due(sql`attempts > 0`, repeated)}
    update outbound_payment set next_time = now() + ${leaseMs} * interval '1 ms', attempts = attempts + 1
    where id in (select id from fresh union all select id from repeated)
    returning id, message_name as name, content, state, attempts
  `;
}

/** Writes that the scheme has taken a message, and when it is asked about again. */
export function markSent(id: string, nextMs: number): RawBuilder<unknown> {
  return sql`
    update outbound_payment set state = 'sent', next_time = now() + ${nextMs} * interval '1 ms'
    where id = ${id} and state in ('queued', 'sent')
  `;
}

/** Writes when a message is sent again that was not taken. */
export function delayOutbound(id: string, nextMs: number): RawBuilder<unknown> {
  return sql`update outbound_payment set next_time = now() + ${nextMs} * interval '1 ms' where id = ${id}`;
}

/** What the scheme, or the other bank, said of a message. */
export interface Verdict {
  readonly state: 'settled' | 'failed' | 'returned';
  readonly isoReason: string;
  readonly returned?: Returned;
}

/**
 * Writes what became of a message. Answers it if it is one of ours and that can be: what is known already changes nothing, and
 * what is settled can only be returned, once: another identification, or another amount, is another return, of which nothing is known here.
 */
export function settleOutbound(
  id: string,
  { state, isoReason, returned }: Verdict,
): RawBuilder<{ id: string; name: OutboundName }> {
  const [returnId, currency, amount] = [returned?.id ?? null, returned?.currency ?? null, returned?.amount ?? null];
  return sql<{ id: string; name: OutboundName }>`
    with known as (
      select id, state, message_name, return_identification, returned_currency, returned_amount
      from outbound_payment where id = ${id} for update
    ),
    written as (
      update outbound_payment o set state = ${state}, iso_reason = ${isoReason}, returned_currency = ${currency},
        returned_amount = ${amount}, return_identification = ${returnId}
      from known k
      where o.id = k.id and (k.state in ('queued', 'sent') or (k.state = 'settled' and ${state} = 'returned'))
    )
    select id, message_name as name from known
    where state in ('queued', 'sent') or ${state} = 'returned' and state = 'settled' or ${state} = 'settled' and state = 'returned'
      or state = ${state} and (
        state <> 'returned' or (returned_currency, returned_amount) is not distinct from (${currency}::text, ${amount}::text)
          -- What came back before identifications were kept is known by its amount.
          and coalesce(return_identification, ${returnId}) is not distinct from ${returnId}::text
      )
  `;
}

/** What transaction has not been told of a payment. */
export interface UntoldRow {
  readonly id: string;
  readonly state: Exclude<OutboundState, 'queued'>;
  readonly isoReason: string;
  readonly returnedCurrency: string | null;
  readonly returnedAmount: string | null;
}

export function selectUntold(limit: number): RawBuilder<UntoldRow> {
  return sql<UntoldRow>`
    select id, state, iso_reason as "isoReason", returned_currency as "returnedCurrency", returned_amount as "returnedAmount"
    from outbound_payment
    where message_name = 'pacs.008.001.09' and told_state is distinct from state and conflict is null and state <> 'queued'
    order by id limit ${limit}
  `;
}

/** Writes what transaction was told, or why it did not take it. */
export function markTold(id: string, state: OutboundState, conflict: string | null): RawBuilder<unknown> {
  return sql`update outbound_payment set told_state = ${state}, conflict = ${conflict} where id = ${id}`;
}

/** A payment that came in. */
export interface InboundRow {
  readonly id: string;
  readonly messageIdentification: string;
  readonly transactionIdentification: string;
  readonly endToEndIdentification: string;
  readonly currency: string;
  readonly amount: string;
  readonly content: Buffer;
  readonly state: 'received' | 'accepted' | 'rejected';
  readonly isoReason: string;
  readonly attempts: number;
}

/** Keeps a payment that came in; one that came before is answered again. Answers nothing where that was another amount. */
export function insertInbound(row: Omit<InboundRow, 'state' | 'isoReason' | 'attempts'>): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`
    insert into inbound_payment (id, message_identification, transaction_identification, end_to_end_identification, currency,
      amount, content)
    values (${row.id}, ${row.messageIdentification}, ${row.transactionIdentification}, ${row.endToEndIdentification},
      ${row.currency}, ${row.amount}, ${row.content})
    on conflict (id) do update set answered = false, next_time = least(inbound_payment.next_time, now())
    where (inbound_payment.currency, inbound_payment.amount) = (excluded.currency, excluded.amount)
    returning id
  `;
}

const INBOUND = sql`
  id, message_identification as "messageIdentification", transaction_identification as "transactionIdentification",
  end_to_end_identification as "endToEndIdentification", currency, amount, content, state, iso_reason as "isoReason", attempts
`;

/** Takes payments that came in and are not answered, each for as long as the lease. */
export function leaseInbound(limit: number, leaseMs: number): RawBuilder<InboundRow> {
  return sql<InboundRow>`
    update inbound_payment set next_time = now() + ${leaseMs} * interval '1 ms', attempts = attempts + 1
    where id in (
      select id from inbound_payment where not answered and next_time <= now() order by next_time limit ${limit}
      for update skip locked
    )
    returning ${INBOUND}
  `;
}

export function selectInbound(id: string): RawBuilder<InboundRow> {
  return sql<InboundRow>`select ${INBOUND} from inbound_payment where id = ${id}`;
}

/** Writes what became of a payment that came in, once. */
export function settleInbound(
  id: string,
  became: { readonly state: 'accepted' | 'rejected'; readonly isoReason: string; readonly journalId: string | null },
): RawBuilder<unknown> {
  return sql`
    update inbound_payment set state = ${became.state}, iso_reason = ${became.isoReason}, journal_id = ${became.journalId}
    where id = ${id} and state = 'received'
  `;
}

/** Writes that the scheme has the answer, or when it is tried again. */
export function markAnswered(id: string): RawBuilder<unknown> {
  return sql`update inbound_payment set answered = true where id = ${id}`;
}

export function delayInbound(id: string, nextMs: number): RawBuilder<unknown> {
  return sql`update inbound_payment set next_time = now() + ${nextMs} * interval '1 ms' where id = ${id}`;
}

/** Keeps a message that nobody could deal with. */
export function insertDead(row: { digest: string; reason: string; content: Buffer }): RawBuilder<unknown> {
  return sql`
    insert into dead_message (digest, reason, content) values (${row.digest}, ${row.reason}, ${row.content})
    on conflict (digest) do nothing
  `;
}

/** An exchange with the scheme. */
export interface Exchange {
  readonly outgoing: boolean;
  readonly messageName: string;
  readonly messageIdentification: string;
  readonly outcome: string;
  readonly httpStatus: number;
  readonly contentDigest: string;
  readonly durationMs: number;
}

export function insertExchange(row: Exchange): RawBuilder<unknown> {
  return sql`
    insert into scheme_exchange (outgoing, message_name, message_identification, outcome, http_status, content_digest, duration_ms)
    values (${row.outgoing}, ${row.messageName}, ${row.messageIdentification}, ${row.outcome}, ${row.httpStatus},
      ${row.contentDigest}, ${row.durationMs})
  `;
}

export type ExchangeRow = Exchange & { readonly id: string; readonly endMs: number };

/** Exchanges, newest first, older than one of them. */
export function selectExchanges(before: string | undefined, limit: number): RawBuilder<ExchangeRow> {
  return sql<ExchangeRow>`
    select id::text, outgoing, message_name as "messageName", message_identification as "messageIdentification", outcome,
      http_status as "httpStatus", content_digest as "contentDigest", duration_ms as "durationMs",
      floor(extract(epoch from end_time) * 1000)::float8 as "endMs"
    from scheme_exchange where ${before === undefined ? sql`true` : sql`id < ${before}::bigint`}
    order by id desc limit ${limit}
  `;
}

/** Whether the scheme is out of service: asked before each piece of work. */
export function selectSuspended(): RawBuilder<{ suspended: boolean }> {
  return sql<{ suspended: boolean }>`select suspended from scheme_switch`;
}

/** How the connection is, as far as the database knows. */
export interface StatusRow {
  readonly suspended: boolean;
  readonly reason: string;
  readonly queued: number;
  readonly unanswered: number;
  readonly dead: number;
  readonly lastMs: number | null;
}

export function selectStatus(): RawBuilder<StatusRow> {
  return sql<StatusRow>`
    select suspended, reason,
      (select count(*)::integer from outbound_payment where state = 'queued') as queued,
      (select count(*)::integer from outbound_payment where state = 'sent') as unanswered,
      ((select count(*) from dead_message) + (select count(*) from outbound_payment where conflict is not null))::integer as dead,
      (select floor(extract(epoch from end_time) * 1000)::float8 from scheme_exchange where http_status > 0
        order by id desc limit 1) as "lastMs"
    from scheme_switch
  `;
}

/** Turns the switch. */
export function setSwitch(suspended: boolean, reason: string): RawBuilder<unknown> {
  return sql`update scheme_switch set suspended = ${suspended}, reason = ${reason}`;
}
