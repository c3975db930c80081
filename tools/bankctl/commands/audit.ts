import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { type AuditRecord, type LogCheckpoint, Outcome } from '#gen/bank/audit/v1/audit_pb.ts';
import {
  AuditService,
  GetAuditRecordResponseSchema,
  ListAuditRecordsResponseSchema,
} from '#gen/bank/audit/v1/audit_service_pb.ts';
import { Workload } from '#gen/bank/options/v1/options_pb.ts';
import type { Bank } from '../bank.ts';
import type { ListOptions } from '../cli/run.ts';
import { Exit } from '../failure.ts';
import { startArchiveAudit } from '../laws-of-archive.ts';
import { type AuditFault, startLogAudit, subjectOf } from '../laws-of-audit.ts';
import { fields, table } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Progress } from '../progress.ts';
import { readKey } from '../public-key.ts';
import type { Session } from '../session.ts';
import { time } from '../time.ts';

/** What to list. */
export interface Search extends ListOptions {
  readonly party?: string;
  readonly about?: string;
  readonly actor?: string;
  readonly rpc?: string;
  readonly reason?: string;
  readonly refused?: boolean;
  readonly from?: Date;
  readonly to?: Date;
}

/** Lists audit records. */
export async function listRecords({ bank, out }: Session, { limit, ...search }: Search): Promise<void> {
  const service = bank({ otherwise: 'staff:auditor' }).client(AuditService);
  const records: AuditRecord[] = [];
  for await (const page of pagesOf((asked) => service.listAuditRecords({ ...asked, ...filterOf(search) }), limit)) {
    records.push(...page.records);
  }
  await out.message(ListAuditRecordsResponseSchema, create(ListAuditRecordsResponseSchema, { records }), () =>
    recordsText(records),
  );
}

/** Records for a person. */
export function recordsText(records: readonly AuditRecord[]): Promise<string> {
  return table(
    ['when', 'what', 'who', 'came of it', 'about', 'record'],
    records.map((record) => [
      time(record.occurTime),
      subjectOf(record),
      record.actor?.partyId || 'nobody known',
      record.reason || 'done',
      record.resourceIds.join(' '),
      record.recordId,
    ]),
  );
}

/** A search as the bank is asked. */
export function filterOf({
  party = '',
  about = '',
  actor = '',
  rpc = '',
  reason = '',
  refused,
  from,
  to,
}: Omit<Search, 'limit'>) {
  return {
    partyId: party,
    resourceId: about,
    actorId: actor,
    rpc,
    reason,
    outcome: refused ? Outcome.REFUSED : Outcome.UNSPECIFIED,
    ...(from && { startTime: timestampFromDate(from) }),
    ...(to && { endTime: timestampFromDate(to) }),
  };
}

/** Shows one record, with what of it is personal. */
export async function showRecord({ bank, out }: Session, _: object, recordId = ''): Promise<void> {
  const service = bank({ otherwise: 'staff:auditor' }).client(AuditService);
  const answer = await service.getAuditRecord({ recordId });
  const { record, opened } = answer;
  await out.message(GetAuditRecordResponseSchema, answer, () =>
    fields([
      ['record', record?.recordId ?? ''],
      ['when', time(record?.occurTime)],
      ['what', record ? subjectOf(record) : ''],
      ['came of it', record?.reason || 'done'],
      ['who', record?.actor?.partyId || 'nobody known'],
      ['approved by', record?.actor?.approverId ?? ''],
      ['session', record?.actor?.sessionId ?? ''],
      ['address', opened?.address ?? ''],
      ['program', opened?.userAgent ?? ''],
      ['about', record?.resourceIds.join(' ') ?? ''],
      ['before', opened?.beforeJson ?? ''],
      ['after', opened?.afterJson ?? ''],
      ['erased', opened?.erased ? 'yes' : ''],
      ['trace', record?.traceparent ?? ''],
      ['known', time(record?.knownTime)],
    ]),
  );
}

/** What an audit of the logs found. */
export interface LogVerdict {
  readonly clean: boolean;
  readonly records: number;
  /** Files of the archive, those that were disposed of too. */
  readonly archiveFiles: number;
  /** Records that are too new for a checkpoint, or that the bank does not sign. */
  readonly unsignedRecords: number;
  readonly keyPinned: boolean;
  readonly faults: readonly AuditFault[];
}

/** Recomputes the logs from the records themselves. Answers the exit code. */
export async function verifyAudit({ bank, out, progress }: Session, { key: file }: { key?: string }): Promise<number> {
  const key = file === undefined ? undefined : await readKey(file);
  const verdict = await verifyLogs(bank({ otherwise: 'staff:auditor' }), progress(), key);
  await out.document(verdict, () => report(verdict));
  return verdict.clean ? Exit.OK : Exit.REFUSED;
}

/** Reads all records through the edge, and holds them to their logs and to what was signed. The bank may be at work meanwhile. */
export async function verifyLogs(bank: Pick<Bank, 'client'>, progress: Progress, key?: string): Promise<LogVerdict> {
  const service = bank.client(AuditService);
  // Before the logs: what is signed, and what is listed, stands in them already.
  const checkpoints: LogCheckpoint[] = [];
  for await (const page of pagesOf((asked) => service.listCheckpoints(asked))) checkpoints.push(...page.checkpoints);
  const publicKey = key ?? (await service.getCheckpointKey({})).publicKeyPem;
  const archive = startArchiveAudit(publicKey);
  const audit = startLogAudit(checkpoints, publicKey, archive.isDisposed);
  await progress.begin('records');
  for await (const { records } of pagesOf((asked) => service.listAuditRecords(asked))) {
    for (const record of records) audit.listed(record);
    progress.advance(records.length);
  }
  // After what is listed and before the logs: what was disposed of since is not listed, and its place is known to be without a record.
  for await (const { files } of pagesOf((asked) => service.listArchiveFiles(asked))) files.forEach(archive.file);
  for (const log of Object.values(Workload).filter((workload) => workload !== Workload.UNSPECIFIED)) {
    for await (const { entries } of pagesOf((asked) => service.listLogEntries({ ...asked, log }))) {
      for (const entry of entries) audit.entry(log, entry);
    }
  }
  progress.end();
  const { faults: ofLogs, unsigned } = audit.finish();
  const faults = [...archive.faults, ...ofLogs];
  return {
    clean: faults.length === 0,
    records: audit.counts.records,
    archiveFiles: archive.counts.files,
    unsignedRecords: unsigned,
    keyPinned: key !== undefined,
    faults,
  };
}

function report({ clean, records, archiveFiles, unsignedRecords, keyPinned, faults }: LogVerdict): string {
  return [
    `Read ${records} audit records.`,
    ...(archiveFiles > 0 ? [`Held ${archiveFiles} files of the archive to what was signed of them.`] : []),
    ...(unsignedRecords > 0 ? [`Not signed yet: ${unsignedRecords} at the end.`] : []),
    ...(keyPinned ? [] : ['The key of the checkpoints is the one that the bank names itself: pin one with --key.']),
    ...faults.map(({ law, subject, what }) => `${law}: ${subject}: ${what}`),
    clean ? 'Nothing was changed.' : `${faults.length} faults.`,
  ].join('\n');
}

/** Prints the public key that checkpoints of the audit are signed with, as a file that can be kept. */
export async function auditKey({ bank, out }: Session): Promise<void> {
  const { publicKeyPem } = await bank({ otherwise: 'staff:auditor' }).client(AuditService).getCheckpointKey({});
  await (out.json ? out.document({ publicKeyPem }, () => publicKeyPem) : out.text(publicKeyPem));
}
