// The files of the audit's archive, held to what was signed of them; and which places of the logs are lawfully without their record.
import { verify } from 'node:crypto';
import type { ListedArchiveFile } from '#gen/bank/audit/v1/audit_service_pb.ts';
import type { Workload } from '#gen/bank/options/v1/options_pb.ts';
import { archiveDisposalBytes, archiveFileBytes, readRanges } from '../../services/audit/domain/archive.ts';

/** What was done to a file. */
export interface ArchiveFault {
  readonly law: 'ARCHIVE';
  /** Its key in the object store. */
  readonly subject: string;
  readonly what: string;
}

/** Tells whether the record of a place was disposed of when it had been kept as long as it had to be. */
export type IsDisposed = (log: Workload, position: bigint) => boolean;

/** An audit of the archive under way. */
export interface ArchiveAudit {
  readonly counts: { files: number; disposed: number };
  /** Takes note of a file. */
  file(listed: ListedArchiveFile): void;
  readonly faults: readonly ArchiveFault[];
  readonly isDisposed: IsDisposed;
}

/** Begins an audit. `publicKey` (PEM) is what everything must be signed with. */
export function startArchiveAudit(publicKey: string): ArchiveAudit {
  const counts = { files: 0, disposed: 0 };
  const faults: ArchiveFault[] = [];
  const disposed = new Map<Workload, { readonly from: bigint; readonly to: bigint }[]>();
  return {
    counts,
    faults,
    file(listed) {
      counts.files += 1;
      const what = whatIsWrong(listed, publicKey);
      if (what) return void faults.push({ law: 'ARCHIVE', subject: listed.file?.key ?? '', what });
      if (!listed.disposal) return;
      counts.disposed += 1;
      for (const { log, ranges } of listed.file?.positions ?? []) {
        disposed.set(log, [...(disposed.get(log) ?? []), ...readRanges(ranges)]);
      }
    },
    isDisposed: (log, position) => (disposed.get(log) ?? []).some(({ from, to }) => position >= from && position <= to),
  };
}

function whatIsWrong({ file, disposal, foundDigest }: ListedArchiveFile, publicKey: string): string | undefined {
  if (!file || !isSigned(archiveFileBytes(file), file.signature, publicKey))
    return 'the bank has not signed what it is';
  if (disposal) {
    const isOfThis = Buffer.compare(disposal.contentDigest, file.contentDigest) === 0;
    if (!isOfThis || !isSigned(archiveDisposalBytes(disposal), disposal.signature, publicKey)) {
      return 'the bank has not signed that it was disposed of';
    }
    return undefined;
  }
  if (foundDigest.length === 0) return 'it is gone';
  return Buffer.compare(foundDigest, file.contentDigest) === 0 ? undefined : 'it is not what was signed';
}

function isSigned(bytes: Buffer, signature: Uint8Array, publicKey: string): boolean {
  return signature.length > 0 && verify(null, bytes, publicKey, signature);
}
