// Which records there are, and for how long.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { create, type DescMessage, fromJsonString, type MessageShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { RecordKind } from '#gen/bank/audit/v1/audit_pb.ts';
import {
  AuditService,
  ListArchiveFilesResponseSchema,
  type ListedArchiveFile,
  ListLegalHoldsResponseSchema,
  ListRetentionPoliciesResponseSchema,
  PlaceLegalHoldResponseSchema,
  ReleaseLegalHoldResponseSchema,
  SetRetentionPolicyResponseSchema,
} from '#gen/bank/audit/v1/audit_service_pb.ts';
import { type LegalHold, RetentionPolicySchema, type RetentionPolicyVersion } from '#gen/bank/audit/v1/keeping_pb.ts';
import { AudienceSchema } from '#gen/bank/options/v1/options_pb.ts';
import { ReadRecordingPolicySchema, type ReadRecordingPolicyVersion } from '#gen/bank/security/v1/read_recording_pb.ts';
import {
  ListReadRecordingPoliciesResponseSchema,
  SecurityService,
  SetReadRecordingPolicyResponseSchema,
} from '#gen/bank/security/v1/security_service_pb.ts';
import type { ListOptions, WriteOptions } from '../cli/run.ts';
import { usage } from '../failure.ts';
import { table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';
import { time } from '../time.ts';

const OFFICER = { otherwise: 'staff:compliance' };
const AUDITOR = { otherwise: 'staff:auditor' };

/** What a new version of something is set with. */
export interface Setting extends WriteOptions {
  readonly baseVersion: number;
}

/** Lists the policies of recording reads. */
export async function listSamplings({ bank, out }: Session, { limit }: ListOptions): Promise<void> {
  const service = bank(AUDITOR).client(SecurityService);
  const policies: ReadRecordingPolicyVersion[] = [];
  for await (const page of pagesOf((asked) => service.listReadRecordingPolicies(asked), limit)) {
    policies.push(...page.policies);
  }
  const answer = create(ListReadRecordingPoliciesResponseSchema, { policies });
  await out.message(ListReadRecordingPoliciesResponseSchema, answer, () => samplingsText(policies));
}

/** Puts a policy of recording reads in force. */
export async function setSampling({ bank, out }: Session, options: Setting, file = ''): Promise<void> {
  const { requestId = randomUUID(), validateOnly = false, baseVersion } = options;
  const policy = await readMessage(ReadRecordingPolicySchema, file);
  const asked = { requestId, validateOnly, baseVersion, policy };
  const answer = await bank(OFFICER).client(SecurityService).setReadRecordingPolicy(asked);
  await out.message(SetReadRecordingPolicyResponseSchema, answer, () =>
    samplingsText(answer.policy ? [answer.policy] : []),
  );
}

function samplingsText(policies: readonly ReadRecordingPolicyVersion[]): Promise<string> {
  const rows = policies.flatMap(({ version, policy, authorId, approverId, createTime }) =>
    (policy?.samplings ?? []).map(({ audience, rpc, oneIn }) => [
      String(version),
      (AudienceSchema.value[audience]?.localName ?? '').toLowerCase(),
      rpc || 'all others',
      oneIn === 1 ? 'every one' : `one in ${oneIn}`,
      createTime ? `${time(createTime)} by ${authorId}, ${approverId}` : 'from the beginning',
    ]),
  );
  return table(['version', 'whose', 'reads', 'recorded', 'set'], rows);
}

/** Lists the policies of retention. */
export async function listRetention({ bank, out }: Session, { limit }: ListOptions): Promise<void> {
  const service = bank(AUDITOR).client(AuditService);
  const policies: RetentionPolicyVersion[] = [];
  for await (const page of pagesOf((asked) => service.listRetentionPolicies(asked), limit))
    policies.push(...page.policies);
  const answer = create(ListRetentionPoliciesResponseSchema, { policies });
  await out.message(ListRetentionPoliciesResponseSchema, answer, () => retentionText(policies));
}

/** Puts a policy of retention in force. */
export async function setRetention({ bank, out }: Session, options: Setting, file = ''): Promise<void> {
  const { requestId = randomUUID(), validateOnly = false, baseVersion } = options;
  const asked = { requestId, validateOnly, baseVersion, policy: await readMessage(RetentionPolicySchema, file) };
  const answer = await bank(OFFICER).client(AuditService).setRetentionPolicy(asked);
  await out.message(SetRetentionPolicyResponseSchema, answer, () =>
    retentionText(answer.policy ? [answer.policy] : []),
  );
}

function retentionText(policies: readonly RetentionPolicyVersion[]): Promise<string> {
  const rows = policies.flatMap(({ version, policy, authorId, approverId, createTime }) =>
    (policy?.classes ?? []).map(({ className, kinds, rpcPrefixes, keepMonths }) => [
      String(version),
      className,
      [...kinds.map((kind) => word(RecordKind, kind)), ...rpcPrefixes].join(' ') || 'all others',
      `${keepMonths} months`,
      `after ${policy?.archiveMonths} months`,
      createTime ? `${time(createTime)} by ${authorId}, ${approverId}` : 'from the beginning',
    ]),
  );
  return table(['version', 'class', 'records', 'kept', 'archived', 'set'], rows);
}

/** Lists the files of the archive. */
export async function listArchive({ bank, out }: Session, { limit }: ListOptions): Promise<void> {
  const service = bank(AUDITOR).client(AuditService);
  const files: ListedArchiveFile[] = [];
  for await (const page of pagesOf((asked) => service.listArchiveFiles(asked), limit)) files.push(...page.files);
  const answer = create(ListArchiveFilesResponseSchema, { files });
  await out.message(ListArchiveFilesResponseSchema, answer, () =>
    table(
      ['month', 'class', 'records', 'is', 'file'],
      files.map(({ file, disposal, foundDigest }) => [
        file?.month ?? '',
        file?.className ?? '',
        String(file?.recordCount ?? 0),
        disposal ? `disposed of ${time(disposal.decideTime)}` : foundDigest.length > 0 ? 'there' : 'gone',
        file?.key ?? '',
      ]),
      ['records'],
    ),
  );
}

/** Which holds to list. */
export interface HoldOptions extends ListOptions {
  readonly released?: boolean;
}

/** Lists legal holds. */
export async function listHolds({ bank, out }: Session, { limit, released = false }: HoldOptions): Promise<void> {
  const service = bank(AUDITOR).client(AuditService);
  const legalHolds: LegalHold[] = [];
  for await (const page of pagesOf((asked) => service.listLegalHolds({ ...asked, released }), limit)) {
    legalHolds.push(...page.legalHolds);
  }
  const answer = create(ListLegalHoldsResponseSchema, { legalHolds });
  await out.message(ListLegalHoldsResponseSchema, answer, () => holdsText(legalHolds));
}

/** What to hold. */
export interface Placing extends WriteOptions {
  readonly party?: string;
  readonly about?: string;
  readonly from?: Date;
  readonly to?: Date;
}

/** Places a hold. */
export async function placeHold({ bank, out }: Session, options: Placing, reason = ''): Promise<void> {
  const { requestId = randomUUID(), validateOnly = false, party = '', about = '', from, to } = options;
  const answer = await bank(OFFICER)
    .client(AuditService)
    .placeLegalHold({
      requestId,
      validateOnly,
      partyId: party,
      resourceId: about,
      reason,
      ...(from && { startTime: timestampFromDate(from) }),
      ...(to && { endTime: timestampFromDate(to) }),
    });
  await out.message(PlaceLegalHoldResponseSchema, answer, () => holdsText(answer.legalHold ? [answer.legalHold] : []));
}

/** Releases a hold. */
export async function releaseHold({ bank, out }: Session, options: WriteOptions, legalHoldId = ''): Promise<void> {
  const { requestId = randomUUID(), validateOnly = false } = options;
  const answer = await bank(OFFICER).client(AuditService).releaseLegalHold({ requestId, validateOnly, legalHoldId });
  await out.message(ReleaseLegalHoldResponseSchema, answer, () =>
    holdsText(answer.legalHold ? [answer.legalHold] : []),
  );
}

function holdsText(holds: readonly LegalHold[]): Promise<string> {
  return table(
    ['hold', 'covers', 'from', 'to', 'why', 'placed', 'released'],
    holds.map((hold) => [
      hold.legalHoldId,
      [hold.partyId, hold.resourceId].filter(Boolean).join(' ') || 'anything',
      time(hold.startTime),
      time(hold.endTime),
      hold.reason,
      `${time(hold.createTime)} by ${hold.authorId}`,
      hold.releaseTime ? `${time(hold.releaseTime)} by ${hold.releaserId}, ${hold.approverId}` : '',
    ]),
  );
}

/** Reads a message from a file of JSON. */
export async function readMessage<D extends DescMessage>(schema: D, file: string): Promise<MessageShape<D>> {
  try {
    return fromJsonString(schema, await readFile(file, 'utf8'));
  } catch (error) {
    throw usage(`${file} holds no ${schema.name} in JSON.`, error instanceof Error ? [error.message] : []);
  }
}
