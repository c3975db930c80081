// The statements about what customers ask in words.
import type { JsonObject } from '@bufbuild/protobuf';
import { type RawBuilder, sql } from 'kysely';
import { sqlArray } from '#chassis/sql-array.ts';
import type { ServiceRequestCategory } from '#gen/bank/customer/v1/service_request_pb.ts';
import type { ProductStanding } from './domain/requested-products.ts';
import type { Standing } from './domain/service-requests.ts';

/** A request as it is stored. */
export interface ServiceRequestRow extends Standing, ProductStanding {
  readonly id: string;
  readonly customerId: string;
  readonly category: ServiceRequestCategory;
  readonly rating: number;
  /** Sealed. */
  readonly subject: Buffer;
  readonly outcome: Buffer | null;
  readonly authorId: string;
  readonly createMs: number;
  readonly version: number;
  /** A RequestedProduct. */
  readonly product: JsonObject | null;
}

/** A message as it is stored. */
export interface MessageRow {
  readonly serviceRequestId: string;
  readonly messageNumber: number;
  readonly customerId: string;
  readonly fromBank: boolean;
  readonly authorId: string;
  /** Sealed. */
  readonly text: Buffer;
  readonly createMs: number;
  /** What goes along with it. */
  readonly documents: readonly Attached[];
}

/** A version of a document that goes along with a message. */
export interface Attached {
  readonly documentId: string;
  readonly version: number;
}

const ms = (column: string) => sql.raw(`floor(extract(epoch from ${column}) * 1000)::float8`);
const REQUEST = sql`r.id, r.customer_id as "customerId", r.kind, r.category, r.state, r.rating, r.subject, r.outcome,
  r.author_id as "authorId", r.assignee_id as "assigneeId", ${ms('r.create_time')} as "createMs", ${ms('r.due_time')} as "dueMs",
  r.left_minutes as "leftMinutes", ${ms('r.escalate_time')} as "escalateMs", ${ms('r.resolve_time')} as "resolveMs",
  r.reopen_count as "reopenCount", r.message_count as "messageCount", r.version, r.product,
  r.product_state as "productState", r.product_approval_number as "productApprovalNumber",
  r.product_refusal_reason as "productRefusalReason", r.statement_copy_number as "statementCopyNumber"`;
const MESSAGE = sql`service_request_id as "serviceRequestId", message_number as "messageNumber", customer_id as "customerId",
  from_bank as "fromBank", author_id as "authorId", text, ${ms('create_time')} as "createMs", (
    select coalesce(json_agg(json_build_object('documentId', d.document_id, 'version', d.document_version) order by d.position), '[]')
    from service_request_document d
    where d.service_request_id = m.service_request_id and d.message_number = m.message_number
  ) as documents`;
const instant = (value: number | null) => (value === null ? null : new Date(value));

/** Writes a request down. */
export function insertRequest(row: ServiceRequestRow): RawBuilder<unknown> {
  return sql`
    insert into service_request (id, customer_id, kind, category, state, rating, subject, author_id, create_time, due_time,
      resolve_time, message_count, version, product, product_state, product_approval_number)
    values (${row.id}, ${row.customerId}, ${row.kind}, ${row.category}, ${row.state}, ${row.rating}, ${row.subject},
      ${row.authorId}, ${new Date(row.createMs)}, ${instant(row.dueMs)}, ${instant(row.resolveMs)}, ${row.messageCount},
      ${row.version}, ${row.product && JSON.stringify(row.product)}::jsonb, ${row.productState}, ${row.productApprovalNumber})
  `;
}

/** Writes where a request stands now. */
export function updateRequest(row: ServiceRequestRow): RawBuilder<unknown> {
  return sql`
    update service_request set state = ${row.state}, assignee_id = ${row.assigneeId}, due_time = ${instant(row.dueMs)},
      left_minutes = ${row.leftMinutes}, escalate_time = ${instant(row.escalateMs)}, resolve_time = ${instant(row.resolveMs)},
      reopen_count = ${row.reopenCount}, message_count = ${row.messageCount}, outcome = ${row.outcome}, version = ${row.version},
      product_state = ${row.productState}, product_approval_number = ${row.productApprovalNumber},
      product_refusal_reason = ${row.productRefusalReason}, statement_copy_number = ${row.statementCopyNumber}
    where id = ${row.id}
  `;
}

/** A request, locked. */
export function lockRequest(id: string): RawBuilder<ServiceRequestRow> {
  return sql<ServiceRequestRow>`select ${REQUEST} from service_request r where id = ${id} for update`;
}

/** Requests that the bank has not answered in time and nobody was told of, locked. */
export function lockLate(limit: number): RawBuilder<ServiceRequestRow> {
  return sql<ServiceRequestRow>`
    select ${REQUEST} from service_request r
    where due_time <= statement_timestamp() and escalate_time is null order by due_time limit ${limit} for update skip locked
  `;
}

/** What to list. */
export interface Filter {
  readonly customerId: string;
  readonly state: number;
  readonly kind: number;
  readonly assigneeId: string;
  readonly escalatedOnly: boolean;
  /** Of customers of this branch alone. */
  readonly branchId: string | undefined;
}

/** Requests, newest first. */
export function selectRequests(by: Filter, before: string | undefined, limit: number): RawBuilder<ServiceRequestRow> {
  const wanted = [
    by.customerId === '' ? sql`true` : sql`r.customer_id = ${by.customerId}`,
    by.state === 0 ? sql`true` : sql`r.state = ${by.state}`,
    by.kind === 0 ? sql`true` : sql`r.kind = ${by.kind}`,
    by.assigneeId === '' ? sql`true` : sql`r.assignee_id = ${by.assigneeId}`,
    by.escalatedOnly ? sql`r.escalate_time is not null and r.resolve_time is null` : sql`true`,
    by.branchId === undefined ? sql`true` : sql`c.branch_id = ${by.branchId}`,
    before === undefined ? sql`true` : sql`r.id < ${before}`,
  ];
  return sql<ServiceRequestRow>`
    select ${REQUEST} from service_request r join customer c on c.id = r.customer_id
    where ${sql.join(wanted, sql` and `)} order by r.id desc limit ${limit}
  `;
}

/** Whose requests are, and with which branch the customer is. */
export function selectWhose(
  ids: readonly string[],
): RawBuilder<{ readonly id: string; readonly customerId: string; readonly branchId: string }> {
  return sql<{ id: string; customerId: string; branchId: string }>`
    select r.id, r.customer_id as "customerId", c.branch_id as "branchId"
    from service_request r join customer c on c.id = r.customer_id where r.id = any(${sqlArray(ids)}::text[])
  `;
}

/** Writes a message down. */
export function insertMessage(row: MessageRow): RawBuilder<unknown> {
  return sql`
    insert into service_request_message
      (service_request_id, message_number, customer_id, from_bank, author_id, text, create_time)
    values (${row.serviceRequestId}, ${row.messageNumber}, ${row.customerId}, ${row.fromBank}, ${row.authorId}, ${row.text},
      ${new Date(row.createMs)})
  `;
}

/** Of these documents of a customer, those that are stored: the newest version of each. */
export function selectStored(customerId: string, ids: readonly string[]): RawBuilder<Attached> {
  return sql<Attached>`
    select id as "documentId", max(version) as version from document
    where customer_id = ${customerId} and id = any(${sqlArray(ids)}::text[]) and state = 'STORED' group by id
  `;
}

/** Writes down what goes along with a message. */
export function attachDocuments(row: MessageRow): RawBuilder<unknown> {
  return sql`
    insert into service_request_document (service_request_id, message_number, document_id, document_version, position)
    select ${row.serviceRequestId}, ${row.messageNumber}, d.id, d.version, d.place - 1
    from unnest(
      ${sqlArray(row.documents.map(({ documentId }) => documentId))}::text[],
      ${sqlArray(row.documents.map(({ version }) => version))}::integer[]
    ) with ordinality as d (id, version, place)
  `;
}

/** Messages of a customer, newest first. */
export function selectMessages(
  { customerId, requestId }: { readonly customerId: string; readonly requestId: string },
  after: readonly string[] | undefined,
  limit: number,
): RawBuilder<MessageRow & { readonly place: string }> {
  const [time = '', id = '', number = ''] = after ?? [];
  const isAfter = sql`(create_time, service_request_id, message_number) < (${time}::timestamptz, ${id}, ${Number(number)})`;
  return sql<MessageRow & { place: string }>`
    select ${MESSAGE}, create_time::text as place from service_request_message m
    where customer_id = ${customerId} and ${requestId === '' ? sql`true` : sql`service_request_id = ${requestId}`}
      and ${after ? isAfter : sql`true`}
    order by create_time desc, service_request_id desc, message_number desc limit ${limit}
  `;
}
