// The statements on the tables of the integration service. Files and their payments are written in pieces, never row by row.
import { type JsonObject, toBinary } from '@bufbuild/protobuf';
import { type RawBuilder, sql } from 'kysely';
import { asBuffer } from '#chassis/encode.ts';
import { sqlArray } from '#chassis/sql-array.ts';
import { type Sealed, SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import type { Outcome } from './domain/payments.ts';
import type { Sent } from './domain/status-report.ts';

export const entities = [];

/** A file of payments as it is stored. */
export interface FileRow {
  readonly id: string;
  readonly partyId: string;
  readonly actor: JsonObject;
  readonly contentDigest: Buffer;
  readonly partDigests: readonly Buffer[];
  readonly state: 'received' | 'processing' | 'done' | 'refused';
  readonly messageIdentification: string | null;
  readonly messageCreateTime: string | null;
  readonly paymentCount: number;
  readonly bookedCount: number;
  readonly pendingCount: number;
  readonly refusedCount: number;
  readonly refusalReason: string;
  readonly refusalPath: string;
  readonly createMs: number;
}

const FILE = sql`id, party_id as "partyId", actor, content_digest as "contentDigest", part_digests as "partDigests", state,
  message_identification as "messageIdentification", message_create_time as "messageCreateTime",
  payment_count as "paymentCount", booked_count as "bookedCount", pending_count as "pendingCount",
  refused_count as "refusedCount", refusal_reason as "refusalReason", refusal_path as "refusalPath",
  floor(extract(epoch from create_time) * 1000)::float8 as "createMs"`;

/** Keeps a part of a file; one that is there already stays for another day. Those that no file took in a day go. */
export function keepPart(partyId: string, digest: Buffer, content: Sealed): RawBuilder<unknown> {
  return sql`
    with old as (
      delete from payment_file_part where not is_taken and create_time < now() - interval '1 day'
        and not (party_id = ${partyId} and digest = ${digest})
    )
    insert into payment_file_part (party_id, digest, content, create_time)
    values (${partyId}, ${digest}, ${asBuffer(toBinary(SealedSchema, content))}, now())
    on conflict (party_id, digest) do update set create_time = now()
  `;
}

/** A part of a file. */
export function selectPart(partyId: string, digest: Buffer): RawBuilder<{ content: Buffer }> {
  return sql`select content from payment_file_part where party_id = ${partyId} and digest = ${digest}`;
}

/** Gives parts to a file for good; answers those that are there. */
export function takeParts(partyId: string, digests: readonly Buffer[]): RawBuilder<{ digest: Buffer }> {
  return sql`
    update payment_file_part set is_taken = true
    where party_id = ${partyId} and digest = any(${sqlArray(digests)}::bytea[]) returning digest
  `;
}

/** Two who hand in files of one party wait for each other. */
export function lockFilesOf(partyId: string): RawBuilder<unknown> {
  return sql`select pg_advisory_xact_lock(hashtextextended(${`payment files ${partyId}`}, 0))`;
}

export function selectFileOfContent(partyId: string, digest: Buffer): RawBuilder<{ id: string }> {
  return sql`select id from payment_file where party_id = ${partyId} and content_digest = ${digest}`;
}

export function insertFile(row: {
  id: string;
  partyId: string;
  actor: JsonObject;
  contentDigest: Buffer;
  partDigests: readonly Buffer[];
}): RawBuilder<FileRow> {
  return sql<FileRow>`
    insert into payment_file (id, party_id, actor, content_digest, part_digests, state, create_time)
    values (${row.id}, ${row.partyId}, ${JSON.stringify(row.actor)}::jsonb, ${row.contentDigest},
      ${sqlArray(row.partDigests)}::bytea[], 'received', now())
    returning ${FILE}
  `;
}

export function selectFiles(ids: readonly string[]): RawBuilder<FileRow> {
  return sql<FileRow>`select ${FILE} from payment_file where id = any(${sqlArray(ids)}::text[])`;
}

/** The files of a party, newest first, older than one of them. */
export function selectFilesOf(partyId: string, before: string | undefined, limit: number): RawBuilder<FileRow> {
  return sql<FileRow>`
    select ${FILE} from payment_file where party_id = ${partyId} and ${before === undefined ? sql`true` : sql`id < ${before}`}
    order by id desc limit ${limit}
  `;
}

/** Takes the file that has waited longest, for as long as the lease. */
export function leaseFile(leaseMs: number): RawBuilder<FileRow> {
  return sql<FileRow>`
    update payment_file set lease_time = now() + ${leaseMs} * interval '1 ms'
    where id = (
      select id from payment_file where state in ('received', 'processing') and lease_time < now()
      order by create_time, id limit 1 for update skip locked
    )
    returning ${FILE}
  `;
}

/** Keeps a file that is at work, or with nothing lets it go. */
export function renewLease(id: string, leaseMs: number): RawBuilder<unknown> {
  return sql`update payment_file set lease_time = now() + ${leaseMs} * interval '1 ms' where id = ${id}`;
}

/** Forgets what was read of a file, unless it has been read to its end: then it is carried out by that. */
export function deletePieces(fileId: string): RawBuilder<unknown> {
  return sql`
    delete from payment_piece
    where file_id = ${fileId} and exists (select from payment_file where id = ${fileId} and state = 'received')
  `;
}

export function insertPiece(fileId: string, number: number, payments: Sealed): RawBuilder<unknown> {
  return sql`
    insert into payment_piece (file_id, number, payments)
    values (${fileId}, ${number}, ${asBuffer(toBinary(SealedSchema, payments))})
  `;
}

/** A piece of a file. */
export interface PieceRow {
  readonly number: number;
  readonly payments: Buffer;
  readonly outcomes: readonly Outcome[] | null;
}

/** The first piece that has no outcomes yet. */
export function selectNextPiece(fileId: string): RawBuilder<PieceRow> {
  return sql<PieceRow>`
    select number, payments, outcomes from payment_piece where file_id = ${fileId} and outcomes is null order by number limit 1
  `;
}

/** So many pieces of a file from one on. */
export function selectPieces(fileId: string, from: number, count: number): RawBuilder<PieceRow> {
  return sql<PieceRow>`
    select number, payments, outcomes from payment_piece where file_id = ${fileId} and number >= ${from}
    order by number limit ${count}
  `;
}

/** How many payments of a file to other banks are where, of those that have left. */
export function countSent(fileId: string): RawBuilder<{ state: Sent['state']; count: number }> {
  return sql`
    select coalesce(o.state, u.state) as state, count(*)::integer as count
    from payment_piece p cross join jsonb_array_elements(p.outcomes) as outcome
      left join outbound_payment o on o.id = outcome ->> 'paymentOrderId'
      left join unsent_payment u on u.id = outcome ->> 'paymentOrderId'
    where p.file_id = ${fileId} and (o.id is not null or u.id is not null) group by 1
  `;
}

/** Where payments to other banks are, of those that have left, or never will. */
export function selectSent(paymentOrderIds: readonly string[]): RawBuilder<Sent & { readonly id: string }> {
  return sql`
    select id, state, "isoReason", reason from (${ENDS}) o where id = any(${sqlArray(paymentOrderIds)}::text[])
  `;
}

/** Payments to other banks that were sent, and those that never will be. */
const ENDS = sql`
  select id, state, iso_reason as "isoReason", '' as reason from outbound_payment
  union all
  select u.id, u.state, '', u.reason from unsent_payment u
  where not exists (select from outbound_payment s where s.id = u.id)
`;

/** Keeps that a payment will never be sent, and why; once. Those that no file can ask for any more are forgotten with it. */
export function insertUnsent(id: string, state: 'failed' | 'withdrawn', reason: string): RawBuilder<unknown> {
  return sql`
    with forgotten as (
      delete from unsent_payment where id in (
        select id from unsent_payment where create_time < clock_timestamp() - interval '400 days' order by create_time limit 10
      )
    )
    insert into unsent_payment (id, state, reason) values (${id}, ${state}, ${reason}) on conflict do nothing
  `;
}

/** Another file of the party that has a message identification. */
export function selectOtherOfMessage(
  { id, partyId }: Pick<FileRow, 'id' | 'partyId'>,
  messageId: string,
): RawBuilder<{ id: string }> {
  return sql`
    select id from payment_file where party_id = ${partyId} and message_identification = ${messageId}
      and state in ('processing', 'done') and id <> ${id}
  `;
}

/** The file has been read, if all of its pieces are there; answers nothing where another process had a hand in it. */
export function beginProcessing(
  { id }: Pick<FileRow, 'id'>,
  read: { messageId: string; createTime: string; count: number; pieces: number },
): RawBuilder<{ id: string }> {
  return sql`
    update payment_file set state = 'processing', message_identification = ${read.messageId},
      message_create_time = ${read.createTime}, payment_count = ${read.count}
    where id = ${id} and state = 'received'
      and (select count(*) from payment_piece where file_id = ${id}) = ${read.pieces}
    returning id
  `;
}

export function refuseFile(id: string, refusal: { reason: string; path: string }): RawBuilder<unknown> {
  return sql`
    update payment_file set state = 'refused', refusal_reason = ${refusal.reason}, refusal_path = ${refusal.path}
    where id = ${id} and state = 'received'
  `;
}

/** Writes what became of a piece, once. */
export function settlePiece(fileId: string, number: number, outcomes: readonly Outcome[]): RawBuilder<unknown> {
  const count = (state: Outcome['state']) => outcomes.filter((outcome) => outcome.state === state).length;
  return sql`
    with settled as (
      update payment_piece set outcomes = ${JSON.stringify(outcomes)}::jsonb
      where file_id = ${fileId} and number = ${number} and outcomes is null returning number
    )
    update payment_file set booked_count = booked_count + ${count('booked')},
      pending_count = pending_count + ${count('pending')}, refused_count = refused_count + ${count('refused')}
    where id = ${fileId} and exists (select from settled)
  `;
}

/** All pieces have their outcomes. */
export function endFile(id: string): RawBuilder<unknown> {
  return sql`update payment_file set state = 'done' where id = ${id} and state = 'processing'`;
}
