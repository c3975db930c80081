// What an audit record and a checkpoint of a log are, as texts that are hashed and signed (docs/proofs.md).
import type { DescEnum } from '@bufbuild/protobuf';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { leafHash } from '#chassis/merkle.ts';
import { type AuditRecord, OutcomeSchema, RecordKindSchema, type SealedDigest } from '#gen/bank/audit/v1/audit_pb.ts';
import { AudienceSchema, StaffRoleSchema, type Workload, WorkloadSchema } from '#gen/bank/options/v1/options_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';

/** The text of a record. What somebody else has written stands in it as JSON, so that no text can pass for another. */
export function recordText(record: AuditRecord): string {
  const { position, previousHash, recordId, eventId, rpc, requestId, reason, code, resourceIds } = record;
  const lines = [
    'corebank audit record 1',
    `log ${wordOf(WorkloadSchema, record.log)}`,
    `position ${position}`,
    `previous ${hex(previousHash)}`,
    `record ${recordId}`,
    `event ${eventId}`,
    `kind ${wordOf(RecordKindSchema, record.kind)}`,
    `rpc ${JSON.stringify(rpc)}`,
    `request ${JSON.stringify(requestId)}`,
    `outcome ${wordOf(OutcomeSchema, record.outcome)}`,
    `reason ${JSON.stringify(reason)}`,
    `code ${code}`,
    `actor ${actorText(record.actor)}`,
    `caller ${wordOf(WorkloadSchema, record.caller)}`,
    `resources ${JSON.stringify(resourceIds)}`,
    `trace ${JSON.stringify(record.traceparent)}`,
    `occur_time ${timeOf(record.occurTime)}`,
    `known_time ${timeOf(record.knownTime)}`,
    ...sealedLine('before', record.before),
    ...sealedLine('after', record.after),
    ...sealedLine('origin', record.origin),
    ...(record.oneIn > 0 ? [`one_in ${record.oneIn}`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** The leaf of a record in the tree of its log. */
export function recordLeaf(record: AuditRecord): Buffer {
  return leafHash(recordText(record));
}

/** What a checkpoint of a log says. */
export interface LogHead {
  readonly log: Workload;
  readonly size: bigint;
  readonly root: Uint8Array;
  readonly signTime: Date;
}

/** The bytes that a checkpoint is a signature of. */
export function checkpointBytes({ log, size, root, signTime }: LogHead): Buffer {
  const lines = [
    'corebank audit checkpoint 1',
    `log ${wordOf(WorkloadSchema, log)}`,
    `size ${size}`,
    `root ${hex(root)}`,
    `sign_time ${signTime.toISOString()}`,
  ];
  return Buffer.from(`${lines.join('\n')}\n`);
}

function actorText(actor: Actor | undefined): string {
  if (!actor) return 'null';
  const { partyId, branchId, sessionId, approverId, scopes } = actor;
  const roles = actor.roles.map((role) => wordOf(StaffRoleSchema, role));
  return JSON.stringify([
    wordOf(AudienceSchema, actor.audience),
    partyId,
    branchId,
    sessionId,
    approverId,
    roles,
    scopes,
  ]);
}

function sealedLine(name: string, sealed: SealedDigest | undefined): string[] {
  if (!sealed) return [];
  return [`${name} ${JSON.stringify(sealed.partyId)} ${sealed.keyVersion} ${hex(sealed.digest)}`];
}

/** A word of the contract; of one that this program does not know yet, its number. */
function wordOf(words: DescEnum, value: number): string {
  return words.value[value]?.localName ?? String(value);
}

function timeOf(time: Parameters<typeof timestampDate>[0] | undefined): string {
  return time ? timestampDate(time).toISOString() : '';
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
