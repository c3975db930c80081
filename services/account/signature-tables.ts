// The statements of what waits for signatures.
import { type RawBuilder, sql } from 'kysely';
import { sqlArray } from '#chassis/sql-array.ts';
import type { MandateAction, SignatureDecision, SignatureRequestState } from './domain/words.ts';

/** What a signatory decided. Times are milliseconds since the epoch, as all here. */
export interface SignatureRow {
  readonly signatoryId: string;
  readonly signerId: string;
  readonly decision: SignatureDecision;
  readonly timeMs: number;
}

/** What waits for signatures, or did. */
export interface RequestRow {
  readonly id: string;
  readonly accountId: string;
  readonly action: MandateAction;
  readonly state: SignatureRequestState;
  readonly transactionId: string | null;
  readonly creditorAccountId: string | null;
  /** Minor units, of the currency of the account. */
  readonly amount: bigint;
  readonly currency: string;
  readonly rpc: string | null;
  readonly request: Buffer | null;
  readonly maker: unknown;
  readonly makerId: string;
  readonly mandateVersion: number;
  readonly judgedDate: string;
  readonly missingCount: number;
  readonly missingIds: readonly string[];
  readonly expireDate: string;
  readonly number: number;
  readonly version: number;
  readonly createMs: number;
  readonly endMs: number | null;
  readonly carryOutMs: number | null;
  readonly refusalReason: string;
  readonly signatures: readonly SignatureRow[];
}

type RawRequest = Omit<RequestRow, 'amount' | 'signatures'> & {
  readonly amount: string;
  readonly signatures: readonly SignatureRow[];
};

const COLUMNS = sql`
  r.id, r.account_id as "accountId", r.action, r.state, r.transaction_id as "transactionId",
  r.creditor_account_id as "creditorAccountId", r.amount::text, a.currency, r.rpc, r.request, r.maker,
  r.maker_id as "makerId", r.mandate_version as "mandateVersion", r.judged_date::text as "judgedDate",
  r.missing_count as "missingCount", r.missing_ids as "missingIds", r.expire_date::text as "expireDate", r.number, r.version,
  floor(extract(epoch from r.create_time) * 1000)::float8 as "createMs",
  floor(extract(epoch from r.end_time) * 1000)::float8 as "endMs",
  floor(extract(epoch from r.carry_out_time) * 1000)::float8 as "carryOutMs", r.refusal_reason as "refusalReason",
  (
    select coalesce(
      json_agg(
        json_build_object(
          'signatoryId', s.signatory_id, 'signerId', s.signer_id, 'decision', s.decision,
          'timeMs', floor(extract(epoch from s.create_time) * 1000)
        ) order by s.create_time, s.signatory_id
      ), '[]'
    )
    from signature s where s.request_id = r.id
  ) as signatures
`;

/** A request from what the database answers. */
export function requestFrom(raw: RawRequest): RequestRow {
  return { ...raw, amount: BigInt(raw.amount) };
}

/** Requests by their ids. */
export function selectRequests(ids: readonly string[]): RawBuilder<RawRequest> {
  return sql<RawRequest>`
    select ${COLUMNS} from signature_request r join account a on a.id = r.account_id
    where r.id = any(${sqlArray([...ids])}::text[])
  `;
}

/** The open requests of an account. */
export function selectOpen(accountId: string): RawBuilder<RawRequest> {
  return sql<RawRequest>`
    select ${COLUMNS} from signature_request r join account a on a.id = r.account_id
    where r.account_id = ${accountId} and r.state = 'open' order by r.id
  `;
}

/** A page of requests, newest first. */
export function selectRequestPage(filter: {
  readonly accounts: RawBuilder<{ id: string }>;
  readonly state: SignatureRequestState | undefined;
  readonly before: string | undefined;
  readonly limit: number;
}): RawBuilder<RawRequest> {
  const { accounts, state, before, limit } = filter;
  return sql<RawRequest>`
    select ${COLUMNS} from signature_request r join account a on a.id = r.account_id
    where r.account_id in (${accounts})
      and ${state === undefined ? sql`true` : sql`r.state = ${state}`}
      and ${before === undefined ? sql`true` : sql`r.id < ${before}`}
    order by r.id desc limit ${limit}
  `;
}

/** The requests of an account that have changed after a number, in that order. */
export function selectChanged(accountId: string, after: number, limit: number): RawBuilder<RawRequest> {
  return sql<RawRequest>`
    select ${COLUMNS} from signature_request r join account a on a.id = r.account_id
    where r.account_id = ${accountId} and r.number > ${after} order by r.number limit ${limit}
  `;
}

/** How far the requests of accounts have come. */
export function selectNumbers(accountIds: readonly string[]): RawBuilder<{ id: string; lastNumber: number }> {
  return sql<{ id: string; lastNumber: number }>`
    select id, signature_no as "lastNumber" from account where id = any(${sqlArray([...accountIds])}::text[])
  `;
}

/** Whose accounts requests are about. */
export function selectAccountsOf(ids: readonly string[]): RawBuilder<{ id: string; accountId: string }> {
  return sql<{ id: string; accountId: string }>`
    select id, account_id as "accountId" from signature_request where id = any(${sqlArray([...ids])}::text[])
  `;
}

/** Writes a new request. */
export function insertRequest(row: RequestRow): RawBuilder<unknown> {
  return sql`
    insert into signature_request (id, account_id, action, state, transaction_id, creditor_account_id, amount, rpc, request,
      maker, maker_id, mandate_version, judged_date, missing_count, missing_ids, expire_date, number, version, create_time,
      end_time)
    values (${row.id}, ${row.accountId}, ${row.action}, ${row.state}, ${row.transactionId}, ${row.creditorAccountId},
      ${String(row.amount)}::bigint, ${row.rpc}, ${row.request}, ${JSON.stringify(row.maker)}::jsonb, ${row.makerId},
      ${row.mandateVersion}, ${row.judgedDate}::date, ${row.missingCount}, ${sqlArray([...row.missingIds])}::text[],
      ${row.expireDate}::date, ${row.number}, ${row.version}, ${instant(row.createMs)}, ${instant(row.endMs)})
  `;
}

/** Writes how a request stands now. */
export function updateRequest(row: RequestRow): RawBuilder<unknown> {
  return sql`
    update signature_request
    set state = ${row.state}, mandate_version = ${row.mandateVersion}, judged_date = ${row.judgedDate}::date,
      missing_count = ${row.missingCount}, missing_ids = ${sqlArray([...row.missingIds])}::text[], number = ${row.number},
      version = ${row.version}, end_time = ${instant(row.endMs)}, refusal_reason = ${row.refusalReason}
    where id = ${row.id}
  `;
}

/** Writes what a signatory decided. */
export function insertSignature(requestId: string, row: SignatureRow): RawBuilder<unknown> {
  const { signatoryId, signerId, decision, timeMs } = row;
  return sql`
    insert into signature (request_id, signatory_id, signer_id, decision, create_time)
    values (${requestId}, ${signatoryId}, ${signerId}, ${decision}, ${instant(timeMs)})
  `;
}

function instant(ms: number | null): RawBuilder<unknown> {
  return sql`${ms === null ? null : new Date(ms).toISOString()}::timestamptz`;
}

/** The requests that are signed and wait to be carried out here. */
export function selectDue(limit: number): RawBuilder<RawRequest> {
  return sql<RawRequest>`
    select ${COLUMNS} from signature_request r join account a on a.id = r.account_id
    where r.state = 'complete' and r.rpc is not null and r.carry_out_time is null order by r.id limit ${limit}
  `;
}

/** Writes that a request was carried out, or why not: once. */
export function markCarriedOut({ id, accountId }: RequestRow, reason: string): RawBuilder<unknown> {
  return sql`
    with due as (
      select id from signature_request where id = ${id} and carry_out_time is null for update
    ), counted as (
      update account set signature_no = signature_no + 1 where id = ${accountId} and exists (select from due)
      returning signature_no
    )
    update signature_request r
    set carry_out_time = clock_timestamp(), refusal_reason = ${reason}, number = counted.signature_no
    from counted where r.id = ${id}
  `;
}

/** Open requests that were not judged on this day yet. */
export function selectUnjudged(date: string, limit: number): RawBuilder<{ id: string }> {
  return sql<{ id: string }>`
    select id from signature_request where state = 'open' and judged_date < ${date}::date
    order by judged_date, id limit ${limit}
  `;
}
