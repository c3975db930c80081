// What customers ask in words: how it is sealed, shown, moved on, and what becomes of it when the bank is late.
import { create, fromBinary, fromJson, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { heldToBranch, type Owner } from '#chassis/access.ts';
import { type Call, ownCall } from '#chassis/call-context.ts';
import type { CommandTx } from '#chassis/command.ts';
import { asBuffer } from '#chassis/encode.ts';
import { insertOutbox, outboxEvent } from '#chassis/outbox.ts';
import { repeat } from '#chassis/repeat.ts';
import type { Vault } from '#chassis/sealing.ts';
import { ServiceRequestChangedSchema } from '#gen/bank/customer/v1/customer_events_pb.ts';
import {
  type RequestedProduct,
  RequestedProductSchema,
  type ServiceRequest,
  type ServiceRequestMessage,
  ServiceRequestMessageSchema,
  ServiceRequestSchema,
} from '#gen/bank/customer/v1/service_request_pb.ts';
import { Audience } from '#gen/bank/options/v1/options_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import type { Context } from './context.ts';
import { refuse } from './domain/refusals.ts';
import type { ProductStanding } from './domain/requested-products.ts';
import type { At, Standing } from './domain/service-requests.ts';
import {
  attachDocuments,
  insertMessage,
  lockLate,
  lockRequest,
  type MessageRow,
  type ServiceRequestRow,
  selectStored,
  selectWhose,
  updateRequest,
} from './service-request-tables.ts';

type What = 'subject' | 'outcome' | 'message';

const LOOK_MS = 5_000;
const LATE_AT_ONCE = 100;

/** Seals a text of a request under its customer's key. */
export async function sealText(vault: Vault, customerId: string, what: What, text: string): Promise<Buffer> {
  const sealed = await vault.seal(customerId, `service-request.${what}`, Buffer.from(text));
  return asBuffer(toBinary(SealedSchema, sealed));
}

/** Opens it, or answers undefined when its customer was erased. */
async function openText(vault: Vault, what: What, bytes: Buffer): Promise<string | undefined> {
  return (await vault.open(fromBinary(SealedSchema, bytes), `service-request.${what}`))?.toString();
}

/** Now, for the time in which the bank answers. */
export function at({ config }: Pick<Context, 'config'>): At {
  return { nowMs: Date.now(), timeZone: config.BANK_TIME_ZONE };
}

/** Whether it is the bank that writes. */
export function isBank({ principal }: Call): boolean {
  return principal?.audience === Audience.STAFF;
}

/** A request as it is shown to somebody; undefined when its customer was erased. */
export async function shownRequest(
  vault: Vault,
  row: ServiceRequestRow,
  principal: Actor | undefined,
): Promise<ServiceRequest | undefined> {
  const subject = await openText(vault, 'subject', row.subject);
  if (subject === undefined) return undefined;
  const { customerId, kind, category, state, rating, reopenCount, messageCount } = row;
  const { productState, productRefusalReason, statementCopyNumber } = row;
  const product = productOf(row);
  return create(ServiceRequestSchema, {
    serviceRequestId: row.id,
    customerId,
    kind,
    category,
    state,
    rating,
    reopenCount,
    messageCount,
    ...(product && { product }),
    productState,
    productRefusalReason,
    statementCopyNumber,
    subject,
    assigneeId: principal?.audience === Audience.STAFF ? row.assigneeId : '',
    createTime: timestampFromMs(row.createMs),
    ...(row.dueMs !== null && { dueTime: timestampFromMs(row.dueMs) }),
    ...(row.escalateMs !== null && { escalateTime: timestampFromMs(row.escalateMs) }),
    ...(row.resolveMs !== null && { resolveTime: timestampFromMs(row.resolveMs) }),
    outcome: row.outcome ? ((await openText(vault, 'outcome', row.outcome)) ?? '') : '',
  });
}

/** A message as it is shown to somebody; undefined when its customer was erased. */
export async function shownMessage(
  vault: Vault,
  row: MessageRow,
  principal: Actor | undefined,
): Promise<ServiceRequestMessage | undefined> {
  const text = await openText(vault, 'message', row.text);
  if (text === undefined) return undefined;
  const { serviceRequestId, messageNumber, fromBank, authorId } = row;
  const isTold = !fromBank || principal?.audience === Audience.STAFF;
  const createTime = timestampFromMs(row.createMs);
  const documents = [...row.documents];
  const author = isTold ? authorId : '';
  const shown = { serviceRequestId, messageNumber, fromBank, authorId: author, text, createTime, documents };
  return create(ServiceRequestMessageSchema, shown);
}

/** What is wanted by a request; undefined where it is no such one. */
export function productOf({ product }: Pick<ServiceRequestRow, 'product'>): RequestedProduct | undefined {
  return product ? fromJson(RequestedProductSchema, product) : undefined;
}

/** Says that a request came or moved on. */
export function publishRequest(tx: Pick<CommandTx, 'publish'>, row: ServiceRequestRow): void {
  tx.publish(ServiceRequestChangedSchema, changedEvent(row), { id: row.id, sequence: row.version });
}

function changedEvent(row: ServiceRequestRow) {
  const { id: serviceRequestId, customerId, kind, state, escalateMs, version } = row;
  const { productState, productApprovalNumber } = row;
  const product = productOf(row);
  const wanted = { ...(product && { product }), productState, productApprovalNumber };
  return { serviceRequestId, customerId, kind, state, escalated: escalateMs !== null, version, ...wanted };
}

/** Fetches the key that a command about a request needs, before its transaction. */
export async function warmRequest({ database, vault }: Context, id: string): Promise<void> {
  const [whose] = await database.query(selectWhose([id]));
  if (whose) await vault.ready(whose.customerId);
}

/** A request, locked until the batch ends. Refuses SERVICE_REQUEST_NOT_FOUND and CUSTOMER_ERASED. */
export async function loadRequest(tx: CommandTx, vault: Vault, id: string): Promise<ServiceRequestRow> {
  const [row] = await tx.query(lockRequest(id));
  if (!row) throw refuse('SERVICE_REQUEST_NOT_FOUND');
  if ((await openText(vault, 'subject', row.subject)) === undefined) throw refuse('CUSTOMER_ERASED');
  return row;
}

/** What is written beside where a request stands. */
export interface Written {
  readonly message?: string;
  /** What goes along with the message. */
  readonly documentIds?: readonly string[];
  readonly outcome?: string;
}

/** Takes a request to where it stands now, with what was written; publishes and records it. */
export async function moveRequest(
  { vault }: Pick<Context, 'vault'>,
  tx: CommandTx,
  {
    row,
    standing,
    call,
    written = {},
  }: { row: ServiceRequestRow; standing: Standing & Partial<ProductStanding>; call: Call; written?: Written },
): Promise<{ serviceRequest: ServiceRequest; message?: ServiceRequestMessage }> {
  const { customerId } = row;
  const outcome =
    written.outcome === undefined ? row.outcome : await sealText(vault, customerId, 'outcome', written.outcome);
  const moved: ServiceRequestRow = { ...row, ...standing, outcome, version: row.version + 1 };
  await tx.execute(updateRequest(moved));
  const message =
    written.message === undefined
      ? undefined
      : await write(vault, tx, moved, call, { text: written.message, ids: written.documentIds ?? [] });
  publishRequest(tx, moved);
  const { state, assigneeId } = moved;
  const { documentIds, ...texts } = written;
  const after = { state, assigneeId, ...texts, ...(documentIds && { documentIds: [...documentIds] }) };
  tx.record({ resourceIds: [moved.id, customerId], partyId: customerId, after });
  const serviceRequest = await shownRequest(vault, moved, call.principal);
  if (!serviceRequest) throw refuse('CUSTOMER_ERASED');
  return { serviceRequest, ...(message && { message }) };
}

/** Refuses DOCUMENT_NOT_FOUND what is not stored of a customer. */
export async function checkAttached(
  tx: Pick<CommandTx, 'query'>,
  customerId: string,
  ids: readonly string[],
): Promise<void> {
  const stored = ids.length === 0 ? [] : await tx.query(selectStored(customerId, ids));
  if (stored.length < ids.length) throw refuse('DOCUMENT_NOT_FOUND');
}

/** Writes the message that a request has just counted. */
export async function write(
  vault: Vault,
  tx: CommandTx,
  { id: serviceRequestId, customerId, messageCount: messageNumber }: ServiceRequestRow,
  call: Call,
  { text, ids }: { readonly text: string; readonly ids: readonly string[] },
): Promise<ServiceRequestMessage | undefined> {
  const stored = ids.length === 0 ? [] : await tx.query(selectStored(customerId, ids));
  const row: MessageRow = {
    serviceRequestId,
    customerId,
    messageNumber,
    fromBank: isBank(call),
    authorId: call.principal?.partyId ?? '',
    text: await sealText(vault, customerId, 'message', text),
    createMs: Date.now(),
    documents: ids.flatMap((id) => stored.find(({ documentId }) => documentId === id) ?? []),
  };
  await tx.execute(insertMessage(row));
  if (row.documents.length > 0) await tx.execute(attachDocuments(row));
  return shownMessage(vault, row, call.principal);
}

/** A request is its customer's, and the branch's that the customer is with. */
export function ownServiceRequest({ database }: Pick<Context, 'database'>): Owner {
  const notFound = () => refuse('SERVICE_REQUEST_NOT_FOUND');
  return async (ids, _access, principal, call) => {
    const whose = await database.query(selectWhose([...ids]));
    const branches = async () => whose.map(({ id, branchId }): [string, string] => [id, branchId]);
    if (await heldToBranch(ids, call, branches, notFound)) return;
    const owners = new Map(whose.map(({ id, customerId }) => [id, customerId]));
    const isOwn = principal.audience === Audience.CHANNEL && ids.every((id) => owners.get(id) === principal.partyId);
    if (!isOwn) throw notFound();
  };
}

/** Tells of requests that the bank has not answered in time, each once. Answers how to stop it. */
export function escalateLate({ database, log }: Context): () => Promise<void> {
  const work = () =>
    database.transaction(async (tx) => {
      const rows = await tx.query(lockLate(LATE_AT_ONCE));
      const call = ownCall('customer', log);
      for (const row of rows) {
        const late = { ...row, escalateMs: Date.now(), version: row.version + 1 };
        await tx.query(updateRequest(late));
        const aggregate = { id: late.id, sequence: late.version };
        await tx.query(insertOutbox([outboxEvent(ServiceRequestChangedSchema, changedEvent(late), aggregate, call)]));
      }
    });
  return repeat(LOOK_MS, work, log, 'requests that are late are still to be told of');
}
