// Between audit records as the contract has them, and as they are stored.
import { create, fromJson, type JsonObject, type JsonValue, toJson } from '@bufbuild/protobuf';
import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import { workloadOf } from '#chassis/call-context.ts';
import { sha256 } from '#chassis/digest.ts';
import { asBuffer } from '#chassis/encode.ts';
import {
  type AuditRecord,
  AuditRecordSchema,
  Outcome,
  RecordKind,
  RecordKindSchema,
  type SealedDigest,
} from '#gen/bank/audit/v1/audit_pb.ts';
import { type Workload, WorkloadSchema } from '#gen/bank/options/v1/options_pb.ts';
import { type Sealed, SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';

/** What of a record may be sealed. */
export type Part = 'before' | 'after' | 'origin';
export const PARTS: readonly Part[] = ['before', 'after', 'origin'];

/** What a record is at most beside its body. */
const RECORD_BYTES = 1_024;

/** The ciphertexts of a record, which stand beside its body. */
export type Ciphertexts = Partial<Record<Part, Uint8Array>>;

/** A record as it is read. */
export interface RecordRow {
  readonly recordId: string;
  readonly occurMs: string;
  readonly knownMs: string;
  readonly log: string;
  readonly position: string;
  readonly previousHash: Buffer;
  readonly eventId: string;
  readonly kind: keyof typeof RecordKind;
  readonly rpc: string;
  readonly accepted: boolean;
  readonly reason: string;
  readonly body: JsonObject;
  readonly before: Buffer | null;
  readonly after: Buffer | null;
  readonly origin: Buffer | null;
}

/** The body of a record: what has no column of its own. Of what is sealed, whose key it is. */
export function bodyOf(record: AuditRecord): JsonValue {
  const { requestId, code, actor, caller, resourceIds, traceparent, oneIn } = record;
  const keyOf = (sealed: SealedDigest) => ({ partyId: sealed.partyId, keyVersion: sealed.keyVersion });
  const body = create(AuditRecordSchema, {
    requestId,
    code,
    caller,
    resourceIds,
    traceparent,
    oneIn,
    ...(actor && { actor }),
    ...(record.before && { before: keyOf(record.before) }),
    ...(record.after && { after: keyOf(record.after) }),
    ...(record.origin && { origin: keyOf(record.origin) }),
  });
  return toJson(AuditRecordSchema, body);
}

/** What stands for something sealed in a record. */
export function digestOf(
  sealed: Sealed | undefined,
): { partyId: string; keyVersion: number; digest: Buffer } | undefined {
  return sealed && { partyId: sealed.partyId, keyVersion: sealed.keyVersion, digest: sha256(sealed.ciphertext) };
}

/** A record as the contract has it. */
export function recordMessage(row: RecordRow): AuditRecord {
  const record = fromJson(AuditRecordSchema, row.body, { ignoreUnknownFields: true });
  for (const part of PARTS) {
    const sealed = record[part];
    const ciphertext = row[part];
    if (sealed && ciphertext) sealed.digest = sha256(ciphertext);
  }
  return Object.assign(record, {
    recordId: row.recordId,
    log: workloadOf(row.log),
    position: BigInt(row.position),
    previousHash: row.previousHash,
    eventId: row.eventId,
    kind: RecordKind[row.kind],
    rpc: row.rpc,
    outcome: row.accepted ? Outcome.DONE : Outcome.REFUSED,
    reason: row.reason,
    occurTime: timestampFromMs(Number(row.occurMs)),
    knownTime: timestampFromMs(Number(row.knownMs)),
  });
}

/** A record as it would be read, from what the contract has of it and what is sealed. */
export function rowOf(record: AuditRecord, ciphertexts: Ciphertexts): RecordRow {
  const sealed = (part: Part) => (ciphertexts[part]?.length ? asBuffer(ciphertexts[part]) : null);
  const ms = (time: AuditRecord['occurTime']) => String(time ? timestampMs(time) : 0);
  return {
    recordId: record.recordId,
    occurMs: ms(record.occurTime),
    knownMs: ms(record.knownTime),
    log: logName(record.log),
    position: String(record.position),
    previousHash: asBuffer(record.previousHash),
    eventId: record.eventId,
    kind: (RecordKindSchema.value[record.kind]?.localName ?? '') as RecordRow['kind'],
    rpc: record.rpc,
    accepted: record.outcome === Outcome.DONE,
    reason: record.reason,
    body: bodyOf(record) as JsonObject,
    before: sealed('before'),
    after: sealed('after'),
    origin: sealed('origin'),
  };
}

/** What of a record is sealed, as it was when it came. */
export function sealedIn(row: RecordRow, part: Part): Sealed | undefined {
  const { partyId, keyVersion } = fromJson(AuditRecordSchema, row.body, { ignoreUnknownFields: true })[part] ?? {};
  const ciphertext = row[part];
  return partyId && ciphertext ? create(SealedSchema, { partyId, keyVersion: keyVersion ?? 0, ciphertext }) : undefined;
}

/** About how large a record is in a message. */
export function bytesOf({ body }: RecordRow): number {
  return JSON.stringify(body).length + RECORD_BYTES;
}

/** A log as it is stored: by the name of the service whose log it is. */
export function logName(log: Workload): string {
  return (WorkloadSchema.value[log]?.localName ?? '').toLowerCase().replaceAll('_', '-');
}
